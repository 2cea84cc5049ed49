/**
 * Hears of cancel requests. Messages can be lost (nobody listening, a reconnect): the flag in the store is the truth,
 * and owners read it with every commit and heartbeat. One connection for all listeners, opened with the first.
 */
import type { CancelFeed } from "@runfleet/model";
import type { Redis } from "ioredis";
import { connectBeside } from "../connect-redis.js";
import { withRedis } from "../redis-failure.js";
import type { Partition } from "./partition.js";

export interface CancelMessages extends CancelFeed {
  readonly close: () => void;
}

export function cancelMessages(partition: Partition): CancelMessages {
  const listeners = new Set<(runId: string) => void>();
  let connection: Redis | undefined;
  let subscribed: Promise<unknown> | undefined;

  const open = async (): Promise<void> => {
    connection ??= connectBeside(partition.redis).on("message", (_channel, runId) => {
      for (const listener of [...listeners]) listener(runId);
    });
    const redis = connection;
    subscribed ??= withRedis("subscribe", () => redis.subscribe(partition.channel));
    await subscribed;
  };

  const close = (): void => {
    connection?.disconnect();
    connection = undefined;
    subscribed = undefined;
  };

  return {
    subscribe: async (listener) => {
      const own = (runId: string) => listener(runId);
      listeners.add(own);
      try {
        await open();
      } catch (error) {
        listeners.delete(own);
        close();
        throw error;
      }
      return async () => {
        listeners.delete(own);
        if (listeners.size === 0) close();
      };
    },
    close,
  };
}
