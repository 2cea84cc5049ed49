-- Takes a run out of Redis: its keys, and its rows in all lists. Only the list of its children stays while there are
-- any, with a note for the sweepers: they are removed next, in steps. Its lease expires by itself, its entry in the
-- outbox is still to be performed, and its idempotency key is remembered for as long as it was meant to be.
--
-- include: clock.lua
-- include: statuses.lua
-- include: kept.lua
-- include: workflow_rows.lua
-- include: labels.lua
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
--   runsEnded: runs:ended
--   runsUnfiled: runs:unfiled
--   runsOrphaning: runs:orphaning
-- ARGV
--   row: entry of the run in lists
--   runId: id of the run
--   workflow: name

local function erase_run()
  local entry = A.row .. ' ' .. A.workflow
  stop_counting(A.row, A.runId, A.workflow)
  redis.call('HDEL', K.keptFamilies, A.runId)
  redis.call(
    'UNLINK', K.run, K.parts, K.steps, K.inbox, K.dedupe, K.history, K.answers, K.log, K.logSums
  )
  remove_workflow_row(A.row)
  take_label(A.row)
  redis.call('ZREM', K.statusCompleted, A.row)
  redis.call('ZREM', K.statusFailed, A.row)
  redis.call('ZREM', K.statusCancelled, A.row)
  redis.call('ZREM', K.runsEnded, entry)
  redis.call('ZREM', K.runsUnfiled, entry)
  if redis.call('EXISTS', K.children) == 1 then
    redis.call('ZADD', K.runsOrphaning, now, A.row)
  end
end
