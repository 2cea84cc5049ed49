// Generated from lua/withdraw_worker.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface WithdrawWorkerKeys {
  /** workers */
  readonly workers: string;
  /** workers:info */
  readonly workersInfo: string;
}

export interface WithdrawWorkerValues {
  /** id */
  readonly worker: ScriptValue;
}

/**
 * - withdrawn: it is gone, or was before
 */
export type WithdrawWorkerTag = "withdrawn";

/**
 * Takes a worker out of the list of those that are there.
 */
export const withdrawWorker: Script<WithdrawWorkerKeys, WithdrawWorkerValues, WithdrawWorkerTag> = {
  name: "withdraw_worker",
  keys: ["workers", "workersInfo"],
  values: ["worker"],
  sha1: "83bfef166c774aa21501384519f728f3826d32f0",
  source: `local K = {
  workers = KEYS[1],
  workersInfo = KEYS[2],
}
local A = {
  worker = ARGV[1],
}
redis.call('ZREM', K.workers, A.worker)
redis.call('HDEL', K.workersInfo, A.worker)
return { 'withdrawn' }`,
};
