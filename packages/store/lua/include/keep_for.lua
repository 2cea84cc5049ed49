-- How long an ended run and everything that is its own stay.
--
-- KEYS
--   run: run:<id>
--   parts: run:<id>:state
--   steps: run:<id>:steps
--   inbox: run:<id>:inbox
--   dedupe: run:<id>:inbox:ids
--   history: run:<id>:events
--   children: run:<id>:children
--   answers: run:<id>:gates:answers
--   log: run:<id>:log
--   logSums: run:<id>:log:sums
-- ARGV
--   childGraceMs: how much longer than asked a child is kept, so that a sweeper can see in time that its root is there

-- Whether the run has any of the keys that most runs do not have.
local function has_more_keys()
  return redis.call('EXISTS', K.children, K.answers, K.inbox, K.dedupe, K.log, K.logSums) > 0
end

-- The list of the children stays a while longer than the run: by it a sweeper that forgets a run finds them.
local function keep_for(kept_ms, has_more)
  local kept = { K.run, K.parts, K.steps, K.history }
  if has_more then
    redis.call('PEXPIRE', K.children, string.format('%.0f', tonumber(kept_ms) + tonumber(A.childGraceMs)))
    kept = { K.run, K.parts, K.steps, K.history, K.answers, K.inbox, K.dedupe, K.log, K.logSums }
  end
  for index = 1, #kept do
    redis.call('PEXPIRE', kept[index], kept_ms)
  end
end
