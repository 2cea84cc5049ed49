/**
 * The pause before the next attempt. Exponential pauses get a jitter that is computed from run, address and attempt:
 * many runs that failed together do not come back together, and the same decision gives the same pause.
 */
import type { Address } from "@runfleet/model";
import { durationMsMax } from "@runfleet/model";

/** Longest exponential pause: beyond an hour, more patience does not help more. */
const exponentialMsMax = 3_600_000;

export interface Backoff {
  readonly retryDelayMs?: number | undefined;
  readonly backoff?: "fixed" | "exponential" | undefined;
  /** What the failed attempt asked for. */
  readonly retryAfterMs?: number | undefined;
  readonly runId: string;
  readonly address: Address;
  /** The attempt that failed, counted from 1 within its budget. */
  readonly failures: number;
}

/** Milliseconds to wait, 0 = at once. Never less than the attempt asked for. */
export function backoffMs(backoff: Backoff): number {
  const askedMs = Math.min(Math.max(0, Math.ceil(backoff.retryAfterMs ?? 0)), durationMsMax);
  return Math.max(askedMs, configuredMs(backoff));
}

function configuredMs({ retryDelayMs = 0, backoff, runId, address, failures }: Backoff): number {
  if (retryDelayMs === 0 || backoff === "fixed") return retryDelayMs;
  const baseMs = Math.min(
    retryDelayMs * 2 ** Math.min(failures - 1, 40),
    Math.max(retryDelayMs, exponentialMsMax),
  );
  return Math.round(baseMs * (0.75 + 0.5 * fraction(`${runId} ${address} ${failures}`)));
}

/** 32-bit FNV-1a as a fraction of 1: spreads well enough for jitter and needs no platform. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
