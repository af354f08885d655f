-- The gate in front of HAProxy 2.6 or newer: asks /v1/check before each call and publishes its event.
--
--   http-request lua.tollgate_check http://127.0.0.1:8491 open
--   http-response lua.tollgate_headers
--
-- The last word says what becomes of calls while the gate does not answer: "open" or "closed".

-- Milliseconds. The way to the gate gives up before (haproxy.cfg, "listen tollgate"): this client would try again.
local TIMEOUT = 1000

-- What the client sees of the gate's answer.
local SHOWN = {
  "retry-after",
  "x-ratelimit-bucket", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
  "x-complexity-bucket", "x-complexity-limit", "x-complexity-remaining", "x-complexity-reset",
  "ratelimit-policy", "ratelimit",
}

local function first(headers, name)
  return headers and headers[name] and headers[name][0]
end

local function shown(headers)
  local found = {}
  for _, name in ipairs(SHOWN) do
    local value = first(headers, name)
    if value then
      found[name] = value
    end
  end
  return found
end

local function answer(txn, status, headers, body)
  local reply = txn:reply({ status = status, body = body })
  for name, value in pairs(headers) do
    reply:add_header(name, value)
  end
  txn:done(reply)
end

core.register_action("tollgate_check", { "http-req" }, function(txn, gate, policy)
  local request = {
    ["x-forwarded-method"] = { txn.f:method() },
    ["x-forwarded-uri"] = { txn.f:pathq() },
    -- Never the client's: with the same id again its calls would count once.
    ["x-request-id"] = { txn.f:unique_id() },
  }
  local sent = txn.http:req_get_headers()
  local key = first(sent, "x-api-key")
  if key then
    request["x-api-key"] = { key }
  end
  -- Whose call it is, the gate says; not the client.
  txn.http:req_del_header("x-account-id")

  local response = core.httpclient():get({
    url = gate .. "/v1/check?record=true",
    headers = request,
    timeout = TIMEOUT,
  })
  local decided = response and first(response.headers, "x-tollgate-status")
  if decided and response.status == 200 then
    local account = first(response.headers, "x-account-id")
    if account then
      txn.http:req_set_header("x-account-id", account)
    end
    txn:set_priv(shown(response.headers))
  elseif decided or (response and response.status >= 400 and response.status < 500) then
    local headers = shown(response.headers)
    headers["content-type"] = "application/problem+json"
    answer(txn, response.status, headers, response.body)
  elseif policy ~= "open" then
    answer(txn, 503, { ["retry-after"] = "1" }, "")
  end
end, 2)

core.register_action("tollgate_headers", { "http-res" }, function(txn)
  for name, value in pairs(txn:get_priv() or {}) do
    txn.http:res_set_header(name, value)
  end
end)
