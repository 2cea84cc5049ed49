/** The root of a run, asked for where a whole record would be too much to read. */
import { runKeys } from "../keys.js";
import { withRedis } from "../redis-failure.js";
import type { Partition } from "./partition.js";

/** A run without a parent, and one that is gone, is its own root. */
export async function rootOf(partition: Partition, runId: string): Promise<string> {
  const { run } = runKeys(partition.tag, runId);
  return (await withRedis("hget root", () => partition.redis.hget(run, "root"))) ?? runId;
}
