-- The pool of a run, as JSON, lies in its record only where it is another one than this.
local usual_pool = '"default"'
