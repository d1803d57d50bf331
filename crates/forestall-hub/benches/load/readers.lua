-- Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
--
-- Readers of a board for wrk: each opens one of the addresses at random, reads for a while, and opens the next. READERS_ADDRESSES
-- holds the addresses, READERS_PAUSE the mean of the pause in seconds; 0 asks again at once.

local addresses = {}
for address in os.getenv("READERS_ADDRESSES"):gmatch("%S+") do
  table.insert(addresses, address)
end
local pause = tonumber(os.getenv("READERS_PAUSE")) * 1000
local headers = {}
if os.getenv("READERS_TOKEN") then
  headers["Authorization"] = "Bearer " .. os.getenv("READERS_TOKEN")
else
  headers["Cookie"] = os.getenv("READERS_COOKIE")
end
headers["Accept"] = os.getenv("READERS_ACCEPT")

local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("seed", #threads)
end

function init()
  math.randomseed(seed)
end

if pause > 0 then
  function delay()
    return math.random(0, math.floor(2 * pause))
  end
end

function request()
  return wrk.format("GET", addresses[math.random(#addresses)], headers)
end

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    "| %d | %.0f | %.1f | %.1f | %.1f | %.1f | %d |\n",
    summary.requests, summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000,
    latency:percentile(95) / 1000, latency:percentile(99) / 1000, latency.max / 1000, failed))
end
