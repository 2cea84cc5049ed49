-- Says in which layout the data lies and how old the code may be that writes there, unless a writer of this layout or a
-- newer one has said so already.
--
-- KEYS
--   layout: layout
-- ARGV
--   layoutVersion: number of the layout that is written
--   oldestWriter: the oldest layout whose code may write beside it
--   writtenBy: version of Runfleet

local function stamp_layout()
  local stored = redis.call('HGET', K.layout, 'version')
  if not stored or tonumber(stored) < tonumber(A.layoutVersion) then
    redis.call(
      'HSET', K.layout, 'version', A.layoutVersion, 'oldestWriter', A.oldestWriter, 'writtenBy', A.writtenBy
    )
  end
end
