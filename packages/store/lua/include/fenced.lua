-- The fence: every write of a worker passes here first. Anything but the stored pair of generation and nonce, and any
-- new write after the run was given away, answers `fenced` and changes nothing. A commit that was made already passes
-- with `duplicate` set. A commit that builds on one that is not here (a failover forgot it) is fenced too: it holds only
-- what changed, and would leave a state that is half of one history and half of another.
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

local fence = redis.call('HMGET', K.run, 'generation', 'nonce', 'owner', 'commits')
if fence[1] ~= A.generation or fence[2] ~= A.nonce then
  return { 'fenced' }
end
local owned = fence[3] and true or false
local commits = fence[4] or ' '
local duplicate = A.commitId ~= '' and string.find(commits, ' ' .. A.commitId .. ' ', 1, true) ~= nil
if not owned and not duplicate then
  return { 'fenced' }
end
if A.after ~= '' and not duplicate and string.sub(commits, 1, #A.after + 2) ~= ' ' .. A.after .. ' ' then
  return { 'fenced' }
end
