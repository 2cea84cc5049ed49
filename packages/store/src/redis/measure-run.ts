/** What a run's keys hold, as Redis measures it. Collections are measured by samples, so a large one costs no more. */

import { toRunfleetError, withRedis } from "../redis-failure.js";
import type { Partition } from "./partition.js";

/** Members of a collection that are looked at. */
const samples = 5;

/** What a run counts where the server cannot measure (the JavaScript one cannot): a short run with some texts. */
const unmeasuredBytes = 16 * 1024;

/** Bytes; a run that is gone holds none. */
export async function bytesOf(partition: Partition, runId: string): Promise<number> {
  const { run, parts, steps, stepOrder, inbox, dedupe, history, children, answers } = partition.keysOf(runId);
  const pipeline = partition.redis.pipeline();
  for (const key of [run, parts, steps, stepOrder, inbox, dedupe, history, children, answers]) {
    pipeline.memory("USAGE", key, "SAMPLES", samples);
  }
  const replies = await withRedis("memory usage", async () => (await pipeline.exec()) ?? []);
  let bytes = 0;
  for (const [error, size] of replies) {
    if (error !== null && /unknown command/i.test(error.message)) return unmeasuredBytes;
    if (error !== null) throw toRunfleetError(error, "memory usage");
    bytes += Number(size ?? 0);
  }
  return bytes;
}
