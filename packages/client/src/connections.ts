/**
 * What every call of the client works with: a store, a queue, and how both are opened and closed together.
 * Opens nothing by itself until the first command is sent.
 */
import { setMaxListeners } from "node:events";
import { type Definition, RunfleetError, type RunQueue, type RunStore } from "@runfleet/model";
import {
  createSecretBox,
  type FleetBytes,
  type MemoryUse,
  newRunId,
  partitionAddresses,
  type RedisFinding,
  type SecretBox,
} from "@runfleet/store";
import type { ClientOptions } from "./client-options.js";
import { examineAll, memoryOfAll, openPorts } from "./partition-connections.js";

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

/** The version of a workflow that this client last knew to be the newest. */
export interface KnownWorkflow {
  readonly target: StartTarget;
  /** Where this client has created runs of it. */
  readonly partitions: Set<number>;
  /** Operators had set something for it. */
  isLimited: boolean;
}

export interface Connections {
  readonly store: RunStore;
  readonly queue: RunQueue;
  readonly time: ClientTime;
  readonly secrets: SecretBox;
  readonly examineRedis: () => Promise<readonly RedisFinding[]>;
  readonly memoryUse: () => Promise<MemoryUse & FleetBytes>;
  readonly namespace: string;
  /** How many there are. */
  readonly partitions: number;
  readonly actor: string;
  readonly log: (line: string) => void;
  /** True while commands are sent at once; otherwise they wait for the connection, some seconds at most. */
  readonly isReady: () => boolean;
  /** Versions this client has read, by hash. */
  readonly targets: Map<string, StartTarget>;
  /** By name. */
  readonly known: Map<string, KnownWorkflow>;
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
  const text = options.redis ?? variable("REDIS_URL") ?? defaultRedisUrl;
  const namespace = options.namespace ?? variable("RUNFLEET_NAMESPACE") ?? defaultNamespace;
  const addresses = partitionAddresses(text, options.partitions ?? numberIn("RUNFLEET_PARTITIONS"));
  checkNamespace(namespace);
  const keys = options.secretKeys ?? variable("RUNFLEET_SECRET_KEYS");
  const secrets = createSecretBox({ namespace, ...(keys === undefined ? {} : { keys }) });
  const { store, queue, connections, close: closePorts } = openPorts(addresses, namespace);
  const closing = new AbortController();
  // Each call that waits listens: however many a producer awaits at once, that is no leak.
  setMaxListeners(0, closing.signal);
  const close = async (): Promise<void> => {
    closing.abort();
    await closePorts();
  };
  let closed: Promise<void> | undefined;
  return {
    store,
    queue,
    time: systemTime,
    secrets,
    partitions: addresses.length,
    examineRedis: () => examineAll(connections),
    memoryUse: () => memoryOfAll(connections),
    namespace,
    actor: options.actor ?? "client",
    log: options.log ?? (() => {}),
    isReady: () => connections.every(({ redis }) => redis.status === "ready"),
    targets: new Map(),
    known: new Map(),
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

/** What is no number is refused where partitions are. */
function numberIn(name: string): number | undefined {
  const text = variable(name);
  return text === undefined ? undefined : Number(text);
}

function checkNamespace(namespace: string): void {
  if (/^[A-Za-z0-9._-]{1,100}$/.test(namespace)) return;
  throw new RunfleetError(
    "invalid_usage",
    `the namespace ${JSON.stringify(namespace)} may only hold letters, digits, dot, dash and underscore`,
  );
}
