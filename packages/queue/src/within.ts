/** Waiting with a limit, leaving no timer behind. */
import { setTimeout as delay } from "node:timers/promises";

/** Resolves when `work` does or after `limitMs`, whichever comes first; a late rejection of `work` goes unheard. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<"done" | "late"> {
  const timer = new AbortController();
  const late = delay(limitMs, "late" as const, { signal: timer.signal });
  // Cut off below when the work was faster.
  late.catch(() => {});
  try {
    return await Promise.race([work.then(() => "done" as const), late]);
  } finally {
    timer.abort();
  }
}
