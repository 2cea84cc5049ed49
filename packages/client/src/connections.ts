/**
 * What every call of the client works with: a store, a queue, and how both are opened and closed together.
 * Opens nothing by itself until the first command is sent.
 */
import { setMaxListeners } from "node:events";
import { type Definition, RunfleetError, type RunQueue, type RunStore } from "@runfleet/model";
import { createRunQueue } from "@runfleet/queue";
import {
  checkLayout,
  connectRedis,
  createRedisStore,
  createSecretBox,
  examineRedis,
  type FleetBytes,
  isClusterAddress,
  type MemoryUse,
  newRunId,
  parseClusterAddress,
  partitionTag,
  type RedisFinding,
  readFleetBytes,
  readMemoryUse,
  type SecretBox,
} from "@runfleet/store";
import { afterCheck } from "./after-check.js";
import type { ClientOptions } from "./client-options.js";

/** What time is for a client, and how the runs it starts are named. */
export interface ClientTime {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds that never go back; timeouts are measured by it. */
  monotonic(): number;
  /** The longest silence before a run that is waited for is looked at again: it can also end without a word. */
  readonly lookAgainMs: number;
  newRunId(workflow: string): string;
}

/** A version of a workflow that is in the store. */
export interface StartTarget {
  readonly hash: string;
  readonly definition: Definition;
}

export interface Connections {
  readonly store: RunStore;
  readonly queue: RunQueue;
  readonly time: ClientTime;
  readonly secrets: SecretBox;
  readonly examineRedis: () => Promise<readonly RedisFinding[]>;
  readonly memoryUse: () => Promise<MemoryUse & FleetBytes>;
  readonly namespace: string;
  readonly actor: string;
  readonly log: (line: string) => void;
  /** True while commands are sent at once; otherwise they wait for the connection, some seconds at most. */
  readonly isReady: () => boolean;
  /** Versions this client has read, by hash. */
  readonly targets: Map<string, StartTarget>;
  /** Calls that are under way. */
  readonly underWay: { count: number };
  /** Aborted by `close`: ends every wait of this client. */
  readonly closing: AbortSignal;
  close(): Promise<void>;
}

const systemTime: ClientTime = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  lookAgainMs: 1_000,
  newRunId: () => newRunId(Date.now()),
};

const defaultRedisUrl = "redis://127.0.0.1:6379";
const defaultNamespace = "rf";

/** Throws `invalid_usage` for an address or a namespace that cannot be one, `invalid_config` for keys. */
export function openConnections(options: ClientOptions): Connections {
  const url = options.redis ?? variable("REDIS_URL") ?? defaultRedisUrl;
  const namespace = options.namespace ?? variable("RUNFLEET_NAMESPACE") ?? defaultNamespace;
  checkRedisUrl(url);
  checkNamespace(namespace);
  const keys = options.secretKeys ?? variable("RUNFLEET_SECRET_KEYS");
  const secrets = createSecretBox({ namespace, ...(keys === undefined ? {} : { keys }) });
  const tag = partitionTag(namespace, 0);
  const redis = connectRedis(url, { role: "client", tag, name: "runfleet-client" });
  const store = afterCheck(createRedisStore({ redis, namespace, partition: 0 }), () =>
    checkLayout({ redis, tag }),
  );
  const queue = createRunQueue({ connection: redis, tag });
  const closing = new AbortController();
  // Each call that waits listens: however many a producer awaits at once, that is no leak.
  setMaxListeners(0, closing.signal);
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.allSettled([queue.close(), store.close()]);
    redis.disconnect();
  };
  let closed: Promise<void> | undefined;
  return {
    store,
    queue,
    time: systemTime,
    secrets,
    examineRedis: () => examineRedis(redis, tag),
    memoryUse: async () => {
      const [use, bytes] = await Promise.all([readMemoryUse(redis), readFleetBytes(redis, tag)]);
      return { ...use, ...bytes };
    },
    namespace,
    actor: options.actor ?? "client",
    log: options.log ?? (() => {}),
    isReady: () => redis.status === "ready",
    targets: new Map(),
    underWay: { count: 0 },
    closing: closing.signal,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** An empty variable is one that somebody switched off. */
function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

function checkRedisUrl(url: string): void {
  if (isClusterAddress(url)) {
    parseClusterAddress(url);
    return;
  }
  const isRedis = URL.canParse(url) && ["redis:", "rediss:"].includes(new URL(url).protocol);
  if (isRedis) return;
  // The address may hold a password: it is not repeated.
  const message =
    "the Redis address is not a redis:// or rediss:// URL, nor redis-cluster:// or rediss-cluster://";
  throw new RunfleetError("invalid_usage", message);
}

function checkNamespace(namespace: string): void {
  if (/^[A-Za-z0-9._-]{1,100}$/.test(namespace)) return;
  throw new RunfleetError(
    "invalid_usage",
    `the namespace ${JSON.stringify(namespace)} may only hold letters, digits, dot, dash and underscore`,
  );
}
