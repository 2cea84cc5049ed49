-- The time of this script: `now`, epoch milliseconds as text. The server's clock, unless the caller is a test.
--
-- ARGV
--   now: epoch ms from a test, or empty

local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
