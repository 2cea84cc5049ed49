-- Up to this length Redis keeps the values of a hash in its small form.
local short_bytes = 64
