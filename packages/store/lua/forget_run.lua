-- Takes an expired run out of the lists. A run that exists again under the same id stays.
--
-- KEYS
--   run: run:<id>
--   runsAll: runs:all
--   runsEnded: runs:ended
--   runsWorkflow: runs:wf:<workflow>
--   statusCompleted: runs:completed
--   statusFailed: runs:failed
--   statusCancelled: runs:cancelled
-- ARGV
--   row: entry of the run in lists
--   workflow: name
-- REPLIES
--   forgotten: no list has it
--   kept: the run exists

if redis.call('EXISTS', K.run) == 1 then
  return { 'kept' }
end
redis.call('ZREM', K.runsAll, A.row)
redis.call('ZREM', K.runsWorkflow, A.row)
redis.call('ZREM', K.statusCompleted, A.row)
redis.call('ZREM', K.statusFailed, A.row)
redis.call('ZREM', K.statusCancelled, A.row)
redis.call('ZREM', K.runsEnded, A.row .. ' ' .. A.workflow)
return { 'forgotten' }
