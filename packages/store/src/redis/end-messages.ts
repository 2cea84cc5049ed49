/**
 * Hears of the ends of runs, on a channel named like the run's record. Messages can be lost (a reconnect): the record is
 * the truth, and every wait ends in time to look at it. One connection for all waits, opened with the first.
 */
import { isEnded, type RunStatus, type RunStore } from "@runfleet/model";
import type { Redis } from "ioredis";
import { connectBeside } from "../connect-redis.js";
import { runKeys } from "../keys.js";
import { withRedis } from "../redis-failure.js";
import type { Partition } from "./partition.js";

export interface EndMessages extends Pick<RunStore, "awaitEnd"> {
  readonly close: () => void;
}

interface Channel {
  readonly subscribed: Promise<unknown>;
  /** One for each wait; called with whether the run has ended. */
  readonly answers: Set<(hasEnded: boolean) => void>;
}

export function endMessages(partition: Partition): EndMessages {
  const { redis, tag } = partition;
  const channels = new Map<string, Channel>();
  let connection: Redis | undefined;
  let isClosed = false;

  const answerAll = ({ answers }: Channel, hasEnded: boolean): void => {
    for (const answer of [...answers]) answer(hasEnded);
  };
  const listen = (name: string, answer: (hasEnded: boolean) => void): Channel => {
    connection ??= connectBeside(redis).on("message", (told: string) => {
      const channel = channels.get(told);
      if (channel !== undefined) answerAll(channel, true);
    });
    const channel = channels.get(name) ?? { subscribed: connection.subscribe(name), answers: new Set() };
    channels.set(name, channel);
    channel.answers.add(answer);
    return channel;
  };
  const leave = (name: string, answer: (hasEnded: boolean) => void): void => {
    const channel = channels.get(name);
    channel?.answers.delete(answer);
    if (channel?.answers.size !== 0) return;
    channels.delete(name);
    connection?.unsubscribe(name).catch(() => {});
  };
  const hasEnded = async (runId: string): Promise<boolean> => {
    const status = await withRedis("hget status", () => redis.hget(runKeys(tag, runId).run, "status"));
    return status === null || isEnded(status as RunStatus);
  };

  return {
    awaitEnd: async ({ runId, waitMs, signal }) => {
      if (isClosed || waitMs <= 0 || signal?.aborted === true) return false;
      const name = runKeys(tag, runId).run;
      let release = (): void => {};
      try {
        return await new Promise<boolean>((resolve, reject) => {
          const stop = (): void => resolve(false);
          const timer = setTimeout(stop, waitMs);
          signal?.addEventListener("abort", stop, { once: true });
          const channel = listen(name, resolve);
          release = () => {
            clearTimeout(timer);
            signal?.removeEventListener("abort", stop);
            leave(name, resolve);
          };
          // Looked at once messages come: an end before that is in the record.
          withRedis("subscribe", () => channel.subscribed)
            .then(async () => ((await hasEnded(runId)) ? resolve(true) : undefined))
            .catch(reject);
        });
      } finally {
        release();
      }
    },
    close: () => {
      isClosed = true;
      for (const channel of [...channels.values()]) answerAll(channel, false);
      connection?.disconnect();
    },
  };
}
