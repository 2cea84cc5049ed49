/**
 * Opens connections with the settings Runfleet relies on. Whoever opens one closes it. Never logs.
 */
import { Redis, type RedisOptions } from "ioredis";
import { gatherWrites } from "./gather-writes.js";
import { replaceWhenSilent } from "./silent-connection.js";

export interface ConnectOptions {
  /** "worker" waits for Redis to come back, however long; "client" fails within seconds. */
  readonly role: "worker" | "client";
  /** Shown by `CLIENT LIST`. */
  readonly name?: string;
  /** Told of every command that is sent, before it is. Must be quick, and not throw. */
  readonly onCommand?: () => void;
}

/** A person waits for a client's command, so it must answer or fail; also what bounds the queue while Redis is away. */
const clientCommandTimeoutMs = 5_000;
const connectTimeoutMs = 5_000;
const reconnectDelayMsMax = 1_000;
/** What a server answers that is not the primary, or is not any more. */
const notPrimary = /^(READONLY|MASTERDOWN)\b/;

const roles = {
  worker: { maxRetriesPerRequest: null },
  client: { maxRetriesPerRequest: 2, commandTimeout: clientCommandTimeoutMs },
} as const satisfies Record<ConnectOptions["role"], RedisOptions>;

/** A connection that reconnects by itself. Failures surface in the commands; nothing is thrown here. */
export function connectRedis(url: string, options: ConnectOptions): Redis {
  const redis = new Redis(url, {
    connectTimeout: connectTimeoutMs,
    // A server that has been replaced may live on and keep its connections: whoever is refused looks anew where the address
    // leads. The command fails, and whoever repeats it later does so on the new connection.
    reconnectOnError: ({ message }) => notPrimary.test(message),
    retryStrategy: (attempt) => Math.min(50 * attempt, reconnectDelayMsMax),
    ...(options.name === undefined ? {} : { connectionName: options.name }),
    ...roles[options.role],
  });
  replaceWhenSilent(redis);
  gatherWrites(redis, options.onCommand);
  return quiet(redis);
}

/** A second connection with the same address, for commands that block or subscribe: they have no time limit. */
export function connectBeside(redis: Redis): Redis {
  const { commandTimeout: _limit, ...options } = redis.options;
  return quiet(new Redis({ ...options, lazyConnect: false }));
}

/** Connection errors are seen by the commands that fail; the event must only not be unhandled. */
function quiet(redis: Redis): Redis {
  return redis.on("error", () => {});
}
