-- A worker begins: from now on data of its layout may lie here.
--
-- include: stamp_layout.lua
--
-- REPLIES
--   opened: the layout is said, this or a newer one

stamp_layout()
return { 'opened' }
