/**
 * Lets BullMQ keep the fleet's time. It takes every time from this machine's clock, and a worker whose clock is an hour
 * fast would hand out every parked job at once, again and again. So times become the fleet's on their way to Redis, and
 * this machine's on the way back; in between BullMQ notices nothing.
 */
import { type BackendFactory, createRedisBackend, type RedisQueueBackend } from "bullmq";

/** A factory for BullMQ's classes. `now` answers the fleet's time, epoch milliseconds. */
export function backendOnFleetTime(now: () => number): BackendFactory<RedisQueueBackend> {
  return (name, options, connections) => keepTime(createRedisBackend(name, options, connections), now);
}

function keepTime(backend: RedisQueueBackend, now: () => number): RedisQueueBackend {
  const aheadMs = (): number => now() - Date.now();
  const toFleet = (words: unknown[], at: number): unknown[] => words.with(at, Number(words[at]) + aheadMs());
  const { execCommand, moveToActive, moveToDelayed, moveToFinished, waitForJob } = backend;

  return Object.assign(backend, {
    execCommand(...[client, command, words]: Parameters<RedisQueueBackend["execCommand"]>): unknown {
      // The time stands behind the prefix of the pool's keys.
      const timed = command === "moveToActive" ? toFleet(words, words.indexOf(backend.keys[""]) + 1) : words;
      return execCommand.call(backend, client, command, timed);
    },
    async moveToActive(...words: Parameters<RedisQueueBackend["moveToActive"]>) {
      return nextAt(await moveToActive.apply(backend, words), -aheadMs());
    },
    async moveToDelayed(...words: Parameters<RedisQueueBackend["moveToDelayed"]>) {
      const [jobId, timestamp, ...rest] = words;
      return moveToDelayed.call(backend, jobId, timestamp + aheadMs(), ...rest);
    },
    async moveToFinished(...[jobId, words]: Parameters<RedisQueueBackend["moveToFinished"]>) {
      // Keys, the job's id, the time.
      const timed = toFleet(words, backend.moveToFinishedKeys.length + 1) as typeof words;
      return nextAt(await moveToFinished.call(backend, jobId, timed), -aheadMs());
    },
    async waitForJob(...words: Parameters<RedisQueueBackend["waitForJob"]>) {
      const marker = await waitForJob.apply(backend, words);
      return marker === null || marker.score <= 0 ? marker : { ...marker, score: marker.score - aheadMs() };
    },
  });
}

/** A reply about the next job: data, id, time until the limit ends, time when the next delayed job is due (0: none). */
function nextAt(reply: unknown[] | undefined, shiftMs: number): unknown[] | undefined {
  const dueAt = Number(reply?.[3] ?? 0);
  return reply === undefined || dueAt <= 0 ? reply : reply.with(3, dueAt + shiftMs);
}
