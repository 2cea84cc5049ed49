-- Publishes definitions together: a parent is never visible before its children. Snapshots are kept by content. Before
-- this nothing can be started, so it says the layout too.
--
-- include: clock.lua
-- include: stamp_layout.lua
--
-- KEYS
--   workflowNames: defs
--   targets[]: def:<hash>, defs:<name>
-- ARGV
--   workflows[]: name, hash, JSON
-- REPLIES
--   published: all of them

for index = 1, #A.workflows / 3 do
  local name = A.workflows[index * 3 - 2]
  local hash = A.workflows[index * 3 - 1]
  redis.call('SET', K.targets[index * 2 - 1], A.workflows[index * 3])
  redis.call('HSET', K.targets[index * 2], 'hash', hash, 'publishedAt', now)
  redis.call('ZADD', K.workflowNames, '0', name)
end
stamp_layout()
return { 'published' }
