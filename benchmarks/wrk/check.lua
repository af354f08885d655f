-- For wrk: checks of the gate as proxies send them, at a fixed pace for each connection, 20,000 accounts in turn.
-- MILLIS between two requests of a connection; 0 for as fast as it goes.
local pause = tonumber(os.getenv("MILLIS") or "0")
local count = 0

function delay()
  return pause
end

function request()
  count = count + 1
  return wrk.format("GET", nil, {
    ["X-Account-Id"] = "wrk-" .. (count % 20000),
    ["X-Forwarded-Method"] = "GET",
    ["X-Forwarded-Uri"] = "/v2/notes",
  })
end
