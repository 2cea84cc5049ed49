-- Rates: how far apart the runs of a scope start. Kept as the time before which a further start comes too soon, so a
-- scope that has been idle needs no memory.
--
-- include: clock.lua
--
-- KEYS
--   limitsRates: limits:rates
-- ARGV
--   rateScope: scope of the run's rate
--   rateEveryMs: time between two starts, or empty without a rate
--   rateBurst: starts that may come at once

-- How long a start has to wait, and what is kept then; nothing without a rate. `set` is what operators set for its workflow.
local function space_start(set)
  local every, burst = A.rateEveryMs, A.rateBurst
  if set then
    local set_every, set_burst = string.match(set, '^%S+ %S+ (%S+) (%S+)')
    if set_every ~= '-' then
      every, burst = set_every, set_burst
    end
  end
  if every == '' then
    return nil
  end
  local free_at = math.max(tonumber(now), tonumber(redis.call('ZSCORE', K.limitsRates, A.rateScope) or '0'))
  local starts_at = math.max(tonumber(now), free_at - (tonumber(burst) - 1) * tonumber(every))
  local delay_ms = math.ceil(starts_at - tonumber(now))
  return delay_ms, string.format('%.3f', free_at + tonumber(every))
end

local function note_start(next_at)
  local past = redis.call('ZRANGEBYSCORE', K.limitsRates, '-inf', now, 'LIMIT', '0', '10')
  for index = 1, #past do
    redis.call('ZREM', K.limitsRates, past[index])
  end
  redis.call('ZADD', K.limitsRates, next_at, A.rateScope)
end
