-- The fence: every write of a worker passes here first. Anything but the stored pair of generation and nonce, and any
-- new write after the run was given away, answers `fenced` and changes nothing. A commit that was made already passes
-- with `duplicate` set. A commit that builds on one that is not here (a failover forgot it) is fenced too: it holds only
-- what changed, and would leave a state that is half of one history and half of another.
--
-- What the record holds is read here once, for everything that comes after the fence.
--
-- KEYS
--   run: run:<id>
-- ARGV
--   generation: generation of the writer
--   nonce: lease token of the writer
--   commitId: id of this commit within the run, or empty
--   after: id of the writer's commit before this one, or empty
-- REPLIES
--   fenced: somebody else owns the run, or nobody

local stored = redis.call(
  'HMGET', K.run, 'generation', 'nonce', 'owner', 'commits', 'status', 'row', 'workflow', 'inboxSeen', 'heartbeatAt',
  'stepsEnd', 'recoveries', 'permits', 'cancelReason', 'cancelBy', 'cancelAt', 'gates'
)
if stored[1] ~= A.generation or stored[2] ~= A.nonce then
  return { 'fenced' }
end
local owned = stored[3] and true or false
local commits = stored[4] or ' '
local duplicate = A.commitId ~= '' and string.find(commits, ' ' .. A.commitId .. ' ', 1, true) ~= nil
if not owned and not duplicate then
  return { 'fenced' }
end
if A.after ~= '' and not duplicate and string.sub(commits, 1, #A.after + 2) ~= ' ' .. A.after .. ' ' then
  return { 'fenced' }
end
local status, row, workflow = stored[5], stored[6], stored[7]
local inbox_seen = stored[8] or '0'
local was_heard_at, steps_end = stored[9], stored[10] or '0'
local has_recoveries, permits = stored[11], stored[12]
local had_gates = stored[16]
local cancel_request = stored[15] and { stored[13], stored[14], stored[15] } or {}
