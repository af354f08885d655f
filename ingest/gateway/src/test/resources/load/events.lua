-- Posts batches of 100 events of 100 accounts and prints how many answers had which status.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  statuses = ""
  counts = {}
  local events = {}
  for i = 1, 100 do
    events[i] = string.format(
      '{"account_id":"load-%d","endpoint":"/v2/mem-it","occurred_at":"2026-01-31T12:00:00.123Z","api_key_id":"key-%d","units":3,"duration_ms":42,"producer":"load"}',
      i, i)
  end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = "[" .. table.concat(events, ",") .. "]"
end

function response(status, headers, body)
  counts[status] = (counts[status] or 0) + 1
  statuses = ""
  for code, count in pairs(counts) do
    statuses = statuses .. code .. "=" .. count .. " "
  end
end

function done(summary, latency, requests)
  for i, thread in ipairs(threads) do
    print("answers of thread " .. i .. ": " .. thread:get("statuses"))
  end
  print(string.format("latency ms: p50=%.1f p90=%.1f p99=%.1f max=%.1f", latency:percentile(50) / 1000,
    latency:percentile(90) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
  print(string.format("batches=%d seconds=%.2f socket errors=%d", summary.requests, summary.duration / 1000000,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
