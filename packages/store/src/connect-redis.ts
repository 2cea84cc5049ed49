/**
 * Opens connections with the settings Runfleet relies on. Whoever opens one closes it. Never logs.
 */
import { Redis, type RedisOptions } from "ioredis";
import { type ClusterAddress, isClusterAddress, parseClusterAddress } from "./cluster-address.js";
import { clusterConnector } from "./cluster-connector.js";
import { gatherWrites } from "./gather-writes.js";
import { replaceWhenSilent } from "./silent-connection.js";

export interface ConnectOptions {
  /** "worker" waits for Redis to come back, however long; "client" fails within seconds. */
  readonly role: "worker" | "client";
  /** What all keys begin with, see `partitionTag`. In a cluster it says which server the connection leads to. */
  readonly tag: string;
  /** Shown by `CLIENT LIST`. */
  readonly name?: string;
  /** Told of every command that is sent, before it is. Must be quick, and not throw. */
  readonly onCommand?: () => void;
}

/** A person waits for a client's command, so it must answer or fail; also what bounds the queue while Redis is away. */
const clientCommandTimeoutMs = 5_000;
const connectTimeoutMs = 5_000;
const reconnectDelayMsMax = 1_000;
/** What a server answers that is not the primary, or is not any more, or is cut off from its cluster. */
const notPrimary = /^(READONLY|MASTERDOWN|CLUSTERDOWN)\b/;
/** What a server answers whose slot another one has now. */
const moved = /^MOVED\b/;
/** Words of the client for what becomes of a refused command: it fails, or it is sent again on the new connection. */
const reconnects = { failing: 1, sendingAgain: 2 } as const;

const roles = {
  worker: { maxRetriesPerRequest: null },
  client: { maxRetriesPerRequest: 2, commandTimeout: clientCommandTimeoutMs },
} as const satisfies Record<ConnectOptions["role"], RedisOptions>;

/**
 * A connection that reconnects by itself. Failures surface in the commands; throws `invalid_usage` for what begins like the
 * address of a cluster and is none.
 */
export function connectRedis(url: string, options: ConnectOptions): Redis {
  const settings: RedisOptions = {
    connectTimeout: connectTimeoutMs,
    // A server that has been replaced may live on and keep its connections: whoever is refused looks anew where the address
    // leads. The command fails, and whoever repeats it later does so on the new connection.
    reconnectOnError: ({ message }) => notPrimary.test(message) && reconnects.failing,
    retryStrategy: (attempt) => Math.min(50 * attempt, reconnectDelayMsMax),
    ...(options.name === undefined ? {} : { connectionName: options.name }),
    ...roles[options.role],
  };
  const redis = isClusterAddress(url)
    ? new Redis({ ...settings, ...inCluster(parseClusterAddress(url), options.tag) })
    : new Redis(url, settings);
  replaceWhenSilent(redis);
  gatherWrites(redis, options.onCommand);
  return quiet(redis);
}

function inCluster(address: ClusterAddress, tag: string): RedisOptions {
  const { isEncrypted, username, password } = address;
  return {
    Connector: clusterConnector(address, tag),
    reconnectOnError: ({ message }) => {
      // Nothing has been done of what went to the wrong server.
      if (moved.test(message)) return reconnects.sendingAgain;
      return notPrimary.test(message) && reconnects.failing;
    },
    ...(isEncrypted ? { tls: {} } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

/** True when the connection's address was a cluster's. */
export function isInCluster(redis: Redis): boolean {
  return redis.options.Connector !== undefined;
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
