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
  /** events told at once */
  readonly inboxPage: ScriptValue;
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
  values: ["now", "generation", "nonce", "commitId", "after", "inboxPage", "runId"],
  sha1: "1a4555a83c8fa48c8bdafcf3c08bd2c01466081d",
  source: `local K = {
  run = KEYS[1],
  inbox = KEYS[2],
  leases = KEYS[3],
}
local A = {
  now = ARGV[1],
  generation = ARGV[2],
  nonce = ARGV[3],
  commitId = ARGV[4],
  after = ARGV[5],
  inboxPage = ARGV[6],
  runId = ARGV[7],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local fence = redis.call('HMGET', K.run, 'generation', 'nonce', 'owner', 'commits')
if fence[1] ~= A.generation or fence[2] ~= A.nonce then
  return { 'fenced' }
end
local owned = fence[3] and true or false
local commits = fence[4] or ' '
local duplicate = A.commitId ~= '' and string.find(commits, ' ' .. A.commitId .. ' ', 1, true) ~= nil
if not owned and not duplicate then
  return { 'fenced' }
end
if A.after ~= '' and not duplicate and string.sub(commits, 1, #A.after + 2) ~= ' ' .. A.after .. ' ' then
  return { 'fenced' }
end
local function unread_events()
  local seen = redis.call('HGET', K.run, 'inboxSeen') or '0'
  return { seen, redis.call('LRANGE', K.inbox, '0', string.format('%.0f', tonumber(A.inboxPage) - 1)) }
end
local function cancel_request()
  local cancel = redis.call('HMGET', K.run, 'cancelReason', 'cancelBy', 'cancelAt')
  if not cancel[3] then
    return {}
  end
  return cancel
end
redis.call('HSET', K.run, 'heartbeatAt', now)
redis.call('ZADD', K.leases, now, A.runId)
return { 'ok', redis.call('EXISTS', K.inbox) == 1 and '1' or '0', cancel_request() }`,
};
