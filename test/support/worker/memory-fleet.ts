/**
 * A fleet of one worker in this process: real activations, actions, shell processes, outbox and lease renewals, over
 * the memory twins of store, leases and queue. Closes itself at the end of its test. Time is the real one unless the
 * test has replaced it; a queue that waits for time is not served.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  AnswerReply,
  Definition,
  Disposition,
  GateAnswer,
  HistoryEvent,
  RunInfo,
  RunRecord,
  RunStore,
  StepRecord,
} from "@runfleet/model";
import { limits } from "@runfleet/model";
import { createMemoryQueue } from "@runfleet/queue";
import {
  createMemoryLeases,
  createMemoryStore,
  createSecretBox,
  definitionHash,
  type SecretBox,
} from "@runfleet/store";
import type { WorkerConfig } from "@runfleet/worker";
import { onTestFinished } from "vitest";
import { createActivator } from "../../../packages/worker/src/activator.js";
import { systemClock } from "../../../packages/worker/src/clock.js";
import { createDefinitions } from "../../../packages/worker/src/definitions.js";
import { createLeaseKeeper } from "../../../packages/worker/src/lease-keeper.js";
import { performEntries, wakeParent } from "../../../packages/worker/src/outbox.js";
import { createQuickActions } from "../../../packages/worker/src/quick-actions.js";
import { createRegistry } from "../../../packages/worker/src/registry.js";
import { runInfo } from "../engine/world.js";
import { silentLog } from "../silent-log.js";

export interface MemoryFleetOptions {
  readonly config?: WorkerConfig;
  /** Published beside what is run. */
  readonly workflows?: readonly Definition[];
  /** Puts something between the worker and the store. */
  /** Default: without keys. */
  readonly secrets?: SecretBox;
  readonly around?: (store: RunStore) => RunStore;
}

/** What is left of a run in the store. */
export interface Remains {
  readonly record: RunRecord;
  readonly steps: readonly StepRecord[];
  readonly history: readonly HistoryEvent[];
}

/** How long a lease lives without renewal. */
export const leaseTtlMs = 10_000;

export async function openMemoryFleet({
  config = {},
  workflows = [],
  around,
  secrets: box,
}: MemoryFleetOptions = {}) {
  const dir = await mkdtemp(join(tmpdir(), "runfleet-conformance-"));
  const store = createMemoryStore({ now: Date.now });
  const workerStore = around?.(store) ?? store;
  const leases = createMemoryLeases({ now: Date.now, store });
  const queue = createMemoryQueue({ now: Date.now });
  const definitions = createDefinitions(store);
  const secrets = box ?? createSecretBox({ namespace: "rf" });
  const outbox = { store: workerStore, queue, definitions, secrets, namespace: "rf", now: Date.now };
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const keeper = createLeaseKeeper({
    leases,
    clock: systemClock,
    ttlMs: leaseTtlMs,
    renewMs: leaseTtlMs / 3,
    onError,
  });
  const activator = createActivator({
    ...{ workerId: "w1", store: workerStore, leases, keeper, leaseTtlMs, definitions },
    ...{ workDir: dir, killGraceMs: 100, log: () => ({ ...silentLog, error: onError }) },
    registry: createRegistry(config, store),
    ...{ secrets, namespace: "rf" },
    config: { runContext: () => ({ workingDir: dir }), ...config },
    ports: {
      ...{ store: workerStore, clock: systemClock, log: silentLog },
      ...{ keptMs: () => 60_000, parallelMax: 8, stopGraceMs: 10_000, quickActions: createQuickActions() },
      performOutbox: (entries, run) => performEntries(entries, { ports: outbox, known: run, onError }),
      wakeParent: (run) => wakeParent(run, { ports: outbox, onError }),
    },
  });

  const listeners = new Set<(runId: string, disposition: Disposition) => void>();
  const consumer = await queue.consume({
    pool: "default",
    concurrency: 8,
    onError,
    handle: async ({ runId }) => {
      const disposition = await activator.handle(runId);
      for (const listener of listeners) listener(runId, disposition);
      return disposition;
    },
  });
  const unsubscribe = await store.subscribe((runId) => activator.poke(runId));
  onTestFinished(async () => {
    activator.stopAll();
    await unsubscribe();
    await consumer.close();
    await queue.close();
    keeper.stop();
    await rm(dir, { recursive: true, force: true });
  });

  async function publish(definition: Definition): Promise<string> {
    const json = JSON.stringify(definition);
    const hash = definitionHash(json);
    await store.publish([{ name: definition.name, hash, json }]);
    return hash;
  }

  /** Answers when the worker has let go of the run in this way. */
  function nextTime(runId: string, type: Disposition["type"]): Promise<void> {
    return new Promise((resolve) => {
      const listener = (id: string, disposition: Disposition) => {
        if (id !== runId || disposition.type !== type) return;
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
    });
  }

  async function remains(id: string): Promise<Remains> {
    const record = await store.readRun(id);
    if (record === undefined) throw new Error(`run ${id} is gone`);
    const { rows: steps } = await store.readSteps({ runId: id, limit: limits.pageRowsMax });
    const history = await store.readHistory({ runId: id, limit: limits.pageRowsMax });
    return { record, steps, history };
  }

  /** A new run of the definition, with the id `RUN`; nobody works on it before it is in the queue. */
  async function create(definition: Definition, info: Partial<RunInfo> = {}) {
    for (const workflow of workflows) await publish(workflow);
    const hash = await publish(definition);
    const { name: workflow } = definition;
    const run = runInfo({ id: "RUN", rootId: "RUN", workflow, definitionHash: hash, ...info });
    const [ended, parked] = [nextTime(run.id, "ended"), nextTime(run.id, "parked")];
    const broken = nextTime(run.id, "busy");
    await store.createRun(run);
    return {
      enqueue: () => queue.add({ runId: run.id, workflow, pool: "default" }),
      /** What is left when the run has ended. */
      ended: () => ended.then(() => remains(run.id)),
      /** What is there when the run waits for the first time. */
      parked: () => parked.then(() => remains(run.id)),
      /** What is there when an activation of the run has broken for the first time. */
      broken: () => broken.then(() => remains(run.id)),
    };
  }

  /** A run at work. */
  async function start(definition: Definition, info?: Partial<RunInfo>) {
    const run = await create(definition, info);
    await run.enqueue();
    return run;
  }

  return {
    ...{ dir, store, leases, queue, errors, create, start, remains },
    /** A run from its start to its end. */
    run: async (definition: Definition, info?: Partial<RunInfo>): Promise<Remains> =>
      (await start(definition, info)).ended(),
    /** Answers the run's only open gate the way a client does. */
    async answer(
      answer: Pick<GateAnswer, "verdict" | "feedback" | "selections">,
    ): Promise<AnswerReply["tag"]> {
      const reply = await store.answerGate({ runId: "RUN", by: "ann", ...answer });
      await queue.wake("RUN", "default");
      return reply.tag;
    },
    /** Asks for a cancel the way a client does. */
    async cancel(runId: string, reason = "enough"): Promise<void> {
      await store.requestCancel({ runId, reason, by: "ann" });
      await queue.wake(runId, "default");
    },
  };
}

export type MemoryFleet = Awaited<ReturnType<typeof openMemoryFleet>>;

/** Records as `name#attempt status`. */
export function stepLines(steps: readonly StepRecord[]): string[] {
  return steps.map(({ name, attempt, status }) => `${name}#${attempt} ${status}`);
}
