/**
 * Notices a connection that is dead without anybody having said so: the other machine vanished, a firewall forgot it. The
 * system would go on sending into it for a quarter of an hour. So somebody asks a small question now and then, and a
 * connection that leaves two in a row unanswered is replaced; what waited on it is sent again on the next one.
 */
import type { Redis } from "ioredis";

/** A connection is replaced after two to three of these: about when a lease has run out. */
const askEveryMs = 4_000;
/** One may be late because this process itself had been suspended: its answer is there and not read yet. */
const unansweredMax = 2;

/** Ends with the connection. Keeps no process alive. */
export function replaceWhenSilent(redis: Redis): void {
  let isWaiting = false;
  let looks = 0;
  const ask = async (): Promise<void> => {
    isWaiting = true;
    looks = 0;
    // That it failed is an answer too; a connection that is away comes back by itself.
    await redis.ping().catch(() => {});
    isWaiting = false;
  };
  const look = (): void => {
    if (redis.status !== "ready") {
      looks = 0;
      return;
    }
    if (!isWaiting) void ask();
    else if (++looks === unansweredMax) redis.disconnect(true);
  };
  const timer = setInterval(look, askEveryMs);
  timer.unref();
  redis.once("end", () => clearInterval(timer));
}
