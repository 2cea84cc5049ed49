/**
 * Bounds what a client holds in memory while its Redis is away: each call waits some seconds at most, and of calls beyond a
 * number none waits. A closed client takes no calls at all.
 */
import { limits, RunfleetError } from "@runfleet/model";
import type { Connections } from "./connections.js";

/** These wait as long as their caller likes, or say nothing to Redis. */
const unbounded: ReadonlySet<string> = new Set(["result", "events", "logs", "run", "close"]);

/** The calls of an object; those that may not wait reject with `redis_unavailable`. */
export function withBoundedCalls<Calls extends object>(
  calls: Calls,
  connections: Pick<Connections, "isReady" | "underWay" | "closing">,
): Calls {
  // A copy with the same members in their places: each start makes one for its run.
  const bounded = { ...calls } as Record<string, unknown>;
  for (const call of Object.keys(bounded)) {
    const member = bounded[call];
    if (typeof member !== "function" || unbounded.has(call)) continue;
    bounded[call] = (...given: readonly unknown[]) =>
      whenThereIsRoom(connections, call, () => member(...given));
  }
  return bounded as Calls;
}

async function whenThereIsRoom<T>(
  { isReady, underWay, closing }: Pick<Connections, "isReady" | "underWay" | "closing">,
  call: string,
  perform: () => Promise<T>,
): Promise<T> {
  if (closing.aborted) throw new RunfleetError("invalid_usage", `${call}: the client is closed`);
  if (!isReady() && underWay.count >= limits.clientCallsWaitingMax) {
    const message = `Redis is away and ${underWay.count} calls of this client wait for it already`;
    throw new RunfleetError("redis_unavailable", message);
  }
  underWay.count += 1;
  try {
    return await perform();
  } finally {
    underWay.count -= 1;
  }
}
