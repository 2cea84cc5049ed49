// Generated from lua/open_layout.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface OpenLayoutKeys {
  /** layout */
  readonly layout: string;
}

export interface OpenLayoutValues {
  /** number of the layout that is written */
  readonly layoutVersion: ScriptValue;
  /** the oldest layout whose code may write beside it */
  readonly oldestWriter: ScriptValue;
  /** version of Runfleet */
  readonly writtenBy: ScriptValue;
}

/**
 * - opened: the layout is said, this or a newer one
 */
export type OpenLayoutTag = "opened";

/**
 * A worker begins: from now on data of its layout may lie here.
 */
export const openLayout: Script<OpenLayoutKeys, OpenLayoutValues, OpenLayoutTag> = {
  name: "open_layout",
  keys: ["layout"],
  values: ["layoutVersion", "oldestWriter", "writtenBy"],
  sha1: "777497da8443c6cca4ae2a2f8afa7354abc38016",
  source: `local KEYS = KEYS
local ARGV = ARGV
local function stamp_layout()
  local stored = redis.call('HGET', KEYS[1], 'version')
  if not stored or tonumber(stored) < tonumber(ARGV[1]) then
    redis.call(
      'HSET', KEYS[1], 'version', ARGV[1], 'oldestWriter', ARGV[2], 'writtenBy', ARGV[3]
    )
  end
end
stamp_layout()
return { 'opened' }`,
};
