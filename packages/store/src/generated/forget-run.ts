// Generated from lua/forget_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ForgetRunKeys {
  /** run:<id> */
  readonly run: string;
  /** runs:all */
  readonly runsAll: string;
  /** runs:ended */
  readonly runsEnded: string;
  /** runs:wf:<workflow> */
  readonly runsWorkflow: string;
  /** runs:completed */
  readonly statusCompleted: string;
  /** runs:failed */
  readonly statusFailed: string;
  /** runs:cancelled */
  readonly statusCancelled: string;
}

export interface ForgetRunValues {
  /** entry of the run in lists */
  readonly row: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
}

/**
 * - forgotten: no list has it
 * - kept: the run exists
 */
export type ForgetRunTag = "forgotten" | "kept";

/**
 * Takes an expired run out of the lists. A run that exists again under the same id stays.
 */
export const forgetRun: Script<ForgetRunKeys, ForgetRunValues, ForgetRunTag> = {
  name: "forget_run",
  keys: ["run", "runsAll", "runsEnded", "runsWorkflow", "statusCompleted", "statusFailed", "statusCancelled"],
  values: ["row", "workflow"],
  sha1: "957e05ed1039d2840ea1c2169940a67277988ff0",
  source: `local K = {
  run = KEYS[1],
  runsAll = KEYS[2],
  runsEnded = KEYS[3],
  runsWorkflow = KEYS[4],
  statusCompleted = KEYS[5],
  statusFailed = KEYS[6],
  statusCancelled = KEYS[7],
}
local A = {
  row = ARGV[1],
  workflow = ARGV[2],
}
if redis.call('EXISTS', K.run) == 1 then
  return { 'kept' }
end
redis.call('ZREM', K.runsAll, A.row)
redis.call('ZREM', K.runsWorkflow, A.row)
redis.call('ZREM', K.statusCompleted, A.row)
redis.call('ZREM', K.statusFailed, A.row)
redis.call('ZREM', K.statusCancelled, A.row)
redis.call('ZREM', K.runsEnded, A.row .. ' ' .. A.workflow)
return { 'forgotten' }`,
};
