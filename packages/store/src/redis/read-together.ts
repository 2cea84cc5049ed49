/** Several reads that see one moment, in one round trip. */
import type { ChainableCommander } from "ioredis";
import { toRunfleetError, withRedis } from "../redis-failure.js";
import type { Partition } from "./partition.js";

/** The replies in their order. The first one that is an error is thrown. */
export async function readTogether(
  redis: Partition["redis"],
  { doing, ask }: { readonly doing: string; readonly ask: (reads: ChainableCommander) => unknown },
): Promise<unknown[]> {
  const answers = async (reads: ChainableCommander): Promise<unknown[]> => {
    ask(reads);
    const replies = (await withRedis(doing, () => reads.exec())) ?? [];
    return replies.map(([error, value]) => {
      if (error !== null) throw toRunfleetError(error, doing);
      return value;
    });
  };
  try {
    return await answers(redis.multi());
  } catch (error) {
    if (!wasDiscarded(error)) throw error;
    return answers(redis.pipeline());
  }
}

/** A full Redis takes no transaction, of reads neither. As little is written there meanwhile, one moment is like the next. */
function wasDiscarded(error: unknown): boolean {
  return error instanceof Error && error.message.includes("EXECABORT");
}
