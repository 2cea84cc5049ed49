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
  sha1: "e82919226088c3ce6eb08050a13e61aab1b299c1",
  source: `local KEYS = KEYS
local ARGV = ARGV
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return { 'withdrawn' }`,
};
