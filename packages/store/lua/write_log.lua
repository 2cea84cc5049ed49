-- Adds what the steps of a run have said to its log, between two commits.
--
-- include: clock.lua
-- include: fenced.lua
-- include: append_log.lua
--
-- REPLIES
--   written: it is in the log

append_log()
return { 'written' }
