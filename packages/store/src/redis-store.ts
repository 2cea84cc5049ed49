/**
 * The store on Redis. Every method is one script or a bounded read; the connection belongs to the caller, what the
 * store opens beside it (for waiting and for messages) it closes itself.
 */
import type { CancelFeed, RunStore } from "@runfleet/model";
import type { Redis } from "ioredis";
import { partitionTag } from "./keys.js";
import { cancelMessages } from "./redis/cancel-messages.js";
import { endMessages } from "./redis/end-messages.js";
import { fleetCounts } from "./redis/fleet-counts.js";
import { historyReads } from "./redis/history.js";
import { itemClaims } from "./redis/item-claims.js";
import { limitWrites } from "./redis/limit-writes.js";
import { logReads } from "./redis/log-reads.js";
import { outsideWrites } from "./redis/outside-writes.js";
import { openPartition } from "./redis/partition.js";
import { presence } from "./redis/presence.js";
import { runEndings } from "./redis/run-endings.js";
import { runLists } from "./redis/run-lists.js";
import { runReads } from "./redis/run-reads.js";
import { runRetention } from "./redis/run-retention.js";
import { scaling } from "./redis/scaling.js";
import { schedules } from "./redis/schedules.js";
import { sinkFeed } from "./redis/sink-feed.js";
import { sweeps } from "./redis/sweeps.js";
import { usageReads } from "./redis/usage.js";
import { workerWrites } from "./redis/worker-writes.js";
import { workflows } from "./redis/workflows.js";

export interface RedisStoreOptions {
  readonly redis: Redis;
  /** Default "rf". */
  readonly namespace?: string;
  /** Default 0. */
  readonly partition?: number;
  /**
   * "here" (default): the lease keys lie in this Redis and activations are refused without one. "elsewhere": they lie
   * in other servers (a quorum); then only generation and nonce protect a run, which is enough for its state.
   */
  readonly leases?: "here" | "elsewhere";
  /** Only for tests: replaces the server's clock. Epoch ms. */
  readonly now?: () => number;
}

/** Throws nothing; every method throws `redis_unavailable` while Redis cannot be used. */
export function createRedisStore(options: RedisStoreOptions): RunStore & CancelFeed {
  const partition = openPartition({
    redis: options.redis,
    tag: partitionTag(options.namespace ?? "rf", options.partition ?? 0),
    checksLease: options.leases !== "elsewhere",
    now: options.now,
  });
  const { close: closeHistory, ...history } = historyReads(partition);
  const { close: closeMessages, subscribe } = cancelMessages(partition);
  const { close: closeEnds, awaitEnd } = endMessages(partition);
  return {
    ...outsideWrites(partition),
    ...workerWrites(partition),
    ...runEndings(partition),
    ...runReads(partition),
    ...runLists(partition),
    ...runRetention(partition),
    ...itemClaims(partition),
    ...limitWrites(partition),
    ...history,
    ...logReads(partition),
    ...workflows(partition),
    ...sweeps(partition),
    ...schedules(partition),
    ...scaling(partition),
    ...sinkFeed(partition),
    ...presence(partition),
    ...usageReads(partition),
    ...fleetCounts(partition),
    awaitEnd,
    subscribe,
    close: async () => {
      closeHistory();
      closeMessages();
      closeEnds();
    },
  };
}
