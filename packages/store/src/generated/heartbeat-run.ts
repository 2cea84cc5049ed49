// Generated from lua/heartbeat_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface HeartbeatRunKeys {
  /** run:<id> */
  readonly run: string;
  /** run:<id>:inbox */
  readonly inbox: string;
  /** leases */
  readonly leases: string;
}

export interface HeartbeatRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** generation of the writer */
  readonly generation: ScriptValue;
  /** lease token of the writer */
  readonly nonce: ScriptValue;
  /** id of this commit within the run, or empty */
  readonly commitId: ScriptValue;
  /** id of the writer's commit before this one, or empty */
  readonly after: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
}

/**
 * - fenced: somebody else owns the run, or nobody
 * - ok: 1 with unread events else 0, cancel request
 */
export type HeartbeatRunTag = "fenced" | "ok";

/**
 * Shows the owner alive between commits, and tells it whether somebody wants something of the run.
 */
export const heartbeatRun: Script<HeartbeatRunKeys, HeartbeatRunValues, HeartbeatRunTag> = {
  name: "heartbeat_run",
  keys: ["run", "inbox", "leases"],
  values: ["now", "generation", "nonce", "commitId", "after", "runId"],
  sha1: "2e60e8c34340e28ff6d33f02a85a2456f838fce5",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local stored = redis.call(
  'HMGET', KEYS[1], 'generation', 'nonce', 'owner', 'commits', 'status', 'row', 'workflow', 'inboxSeen', 'heartbeatAt',
  'stepsEnd', 'recoveries', 'permits', 'cancelReason', 'cancelBy', 'cancelAt', 'gates'
)
if stored[1] ~= ARGV[2] or stored[2] ~= ARGV[3] then
  return { 'fenced' }
end
local owned = stored[3] and true or false
local commits = stored[4] or ' '
local duplicate = ARGV[4] ~= '' and string.find(commits, ' ' .. ARGV[4] .. ' ', 1, true) ~= nil
if not owned and not duplicate then
  return { 'fenced' }
end
if ARGV[5] ~= '' and not duplicate and string.sub(commits, 1, #ARGV[5] + 2) ~= ' ' .. ARGV[5] .. ' ' then
  return { 'fenced' }
end
local status, row, workflow = stored[5], stored[6], stored[7]
local inbox_seen = stored[8] or '0'
local was_heard_at, steps_end = stored[9], stored[10] or '0'
local has_recoveries, permits = stored[11], stored[12]
local had_gates = stored[16]
local cancel_request = stored[15] and { stored[13], stored[14], stored[15] } or {}
redis.call('HSET', KEYS[1], 'heartbeatAt', now)
redis.call('ZADD', KEYS[3], now, ARGV[6])
return { 'ok', redis.call('EXISTS', KEYS[2]) == 1 and '1' or '0', cancel_request }`,
};
