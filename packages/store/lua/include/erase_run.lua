-- Takes the run of a script out of Redis.
--
-- include: erase_runs.lua
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
--   row: entry of the run in lists

local function erase_run()
  erase_runs(
    { A.row },
    { K.run, K.parts, K.steps, K.inbox, K.dedupe, K.history, K.answers, K.log, K.logSums },
    { K.children }
  )
end
