/**
 * A client under test and, beside it, what a worker would use on the same fleet: to take a run, to end it, to let it
 * wait at a gate. Executes nothing.
 */
import { randomUUID } from "node:crypto";
import { createClient, type FleetClient } from "@runfleet/client";
import {
  type Activation,
  type Definition,
  type OpenGate,
  type RunQueue,
  type RunStore,
  zeroTotals,
} from "@runfleet/model";
import { createRunQueue } from "@runfleet/queue";
import { connectRedis, createRedisStore, createRedlockLeases, partitionTag } from "@runfleet/store";

export interface ClientFleet {
  readonly fleet: FleetClient;
  readonly namespace: string;
  readonly store: RunStore;
  readonly queue: RunQueue;
  /** Names of all keys of this fleet, sorted. */
  keys(): Promise<string[]>;
  /** Takes the run as a worker; `release` gives the lease back. */
  take(runId: string): Promise<{ activation: Activation; release: () => Promise<void> }>;
  /** Takes the run as a worker, records one step, then ends the run or parks it at the gate. */
  workOn(runId: string, end?: { readonly gate?: OpenGate }): Promise<void>;
  /** Takes the run and answers the events in its inbox. */
  inboxOf(runId: string): Promise<readonly unknown[]>;
  /** The record goes, as when its time to live is over. */
  expire(runId: string): Promise<void>;
  /** Deletes what this fleet wrote and closes everything. */
  close(): Promise<void>;
}

/** Needs the input `whom`; the rest has defaults. */
export const greet: Definition = {
  name: "greet",
  description: "says hello",
  trigger: "manual",
  targets: [],
  inputs: [
    { name: "whom", type: "string", required: true },
    { name: "tone", type: "string", required: false, default: "kind" },
    { name: "loud", type: "boolean", required: false },
  ],
  body: [{ kind: "script", name: "say", run: "echo {{whom}}", env: {}, retries: 0 }],
  always: [],
};

export function gateOf(runId: string): OpenGate {
  return {
    runId,
    workflow: "greet",
    address: "b.1",
    name: "human_review",
    gateType: "human_review",
    prompt: "ship it?",
    options: { a: "A", b: "B" },
    since: Date.now(),
    deadline: Date.now() + 60_000,
  };
}

const step = {
  address: "b.0",
  name: "say",
  kind: "script",
  status: "completed",
  attempt: 1,
  iteration: 0,
  ordinal: 0,
  markers: ["said"],
  context: "hello",
  output: '{"words":1}',
  startedAt: 1_000,
  endedAt: 2_000,
} as const;

/** On a namespace of its own, with `greet` published. */
export async function openClientFleet(redisUrl: string): Promise<ClientFleet> {
  const namespace = `client-${randomUUID().slice(0, 8)}`;
  const fleet = createClient({ redis: redisUrl, namespace, actor: "tester" });
  const redis = connectRedis(redisUrl, { role: "client", tag: partitionTag(namespace, 0) });
  const store = createRedisStore({ redis, namespace });
  const queue = createRunQueue({ connection: redis, tag: partitionTag(namespace, 0) });
  const leases = createRedlockLeases({ clients: [redis], namespace });
  const keys = async (): Promise<string[]> => (await redis.keys(`${partitionTag(namespace, 0)}*`)).sort();

  const take = async (runId: string) => {
    const taken = await leases.acquire(runId, 10_000);
    if (taken.tag !== "held") throw new Error(`the lease of ${runId} is ${taken.tag}`);
    const leaseToken = taken.lease.token;
    const reply = await store.activate({ runId, leaseToken, owner: "w1", recoveriesMax: 5 });
    if (reply.tag !== "activated") throw new Error(`run ${runId} is ${reply.tag}`);
    return { activation: reply.activation, release: () => leases.release(taken.lease) };
  };

  await fleet.publish([greet]);
  return {
    fleet,
    namespace,
    store,
    queue,
    keys,
    take,
    workOn: async (runId, { gate } = {}) => {
      const { activation, release } = await take(runId);
      const commit = {
        fence: activation.fence,
        commitId: randomUUID(),
        parts: { set: {}, remove: [] },
        steps: [{ ...step, markers: [...step.markers] }],
        facts: [{ type: "run.started", workflow: "greet" }] as const,
        outbox: [],
        inboxSeen: activation.inbox.at(-1)?.seq ?? 0,
        totals: zeroTotals(),
        gatesOpened: gate === undefined ? [] : [gate],
        gatesClosed: [],
        outboxDone: [],
      };
      if (gate === undefined) {
        const facts = [...commit.facts, { type: "run.completed" } as const];
        await store.finish({
          ...commit,
          facts,
          status: "completed",
          summary: "said hello",
          retentionMs: 60_000,
        });
      } else {
        await store.park({ ...commit, status: "waiting", blockedOn: [{ ...gate, type: "gate" }] });
      }
      await release();
    },
    inboxOf: async (runId) => {
      const { activation, release } = await take(runId);
      await release();
      return activation.inbox.map(({ event }) => event);
    },
    expire: async (runId) => void (await redis.del(`${partitionTag(namespace, 0)}:run:${runId}`)),
    close: async () => {
      await fleet.close();
      await Promise.all([queue.close(), store.close(), leases.close()]);
      const left = await keys();
      if (left.length > 0) await redis.del(...left);
      redis.disconnect();
    },
  };
}
