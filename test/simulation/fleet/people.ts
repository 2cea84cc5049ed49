/**
 * Those outside the fleet: they start the runs, answer gates, send signals and cancel, late and sometimes twice. They see
 * what a page would show them, so a question that is asked again (after a failover) is answered again. A client may die
 * before it has delivered what it stored.
 */
import { doubtGateType, type GateAnswer, type OpenGate, queueJobOf, type RunRecord } from "@runfleet/model";
import { definitionHash } from "@runfleet/store";
import type { Machine } from "../../../packages/testing/src/simulated/machine.js";
import { hashOf } from "../../../packages/testing/src/simulated/random.js";
import type { Redis } from "../../../packages/testing/src/simulated/redis.js";
import type { Ports } from "../../../packages/testing/src/simulated/wire.js";
import { onceResult } from "./actions.js";
import type { Ledger } from "./ledger.js";
import { type Program, pool, type Root } from "./programs.js";

export interface People {
  /** Everybody is there whom they wanted to start. */
  allStarted(): Promise<boolean>;
}

const lookMs = 4_000;
const slownessMsMax = 20_000;
/** Nobody answers gates of such a family: its runs must be found parked at the end. */
export function isAbandoned(rootId: string, seed: number): boolean {
  return hashOf(`abandoned ${seed} ${rootId}`) % 12 === 0;
}

function verdictFor(runId: string, address: string): "approved" | "rejected" {
  return hashOf(`gate ${runId} ${address}`) % 10 === 0 ? "rejected" : "approved";
}

export function createPeople(options: {
  readonly machine: Machine;
  readonly ports: Ports;
  readonly redis: Redis;
  readonly ledger: Ledger;
  readonly program: Program;
  readonly seed: number;
  /** Chance per look that somebody cancels some run. */
  readonly cancels: number;
}): People {
  const { machine, ports, redis, program } = options;
  const { weather, time, memory } = redis;
  const { random } = weather;
  const busy = new Set<string>();
  const begun = time.now();

  /** Something done later, once at a time for each matter. */
  const later = (matter: string, act: () => Promise<unknown>): void => {
    if (busy.has(matter)) return;
    busy.add(matter);
    const again = weather.strikes("answered twice");
    machine.clock.after(random.below(slownessMsMax), () => {
      void act()
        .then(() => (again ? act() : undefined))
        .catch(() => undefined)
        .finally(() => busy.delete(matter));
    });
  };

  const deliver = async (runId: string): Promise<void> => {
    if (weather.strikes("client dies before the job")) return;
    if ((await ports.queue.wake(runId, pool)) !== "missing") return;
    const run = await ports.store.readRun(runId);
    if (run !== undefined) await ports.queue.add(queueJobOf(run));
  };

  const start = async (root: Root): Promise<void> => {
    const definition = program.definitions.find(({ name }) => name === root.workflow);
    const json = JSON.stringify(definition);
    const timeout = root.timeoutMs === undefined ? {} : { timeoutMs: root.timeoutMs };
    const reply = await ports.store.createRun({
      ...{
        id: root.id,
        rootId: root.id,
        workflow: root.workflow,
        definitionHash: definitionHash(json),
        pool,
      },
      ...{ depth: 0, inputs: {}, dryRun: false, failFast: true, pluginDirs: [], triggeredByHook: false },
      ...{ stepTimeoutMs: 3_600_000, createdAt: begun, ...timeout },
    });
    if (reply.tag !== "created" || weather.strikes("client dies before the job")) return;
    await ports.queue.add({ runId: root.id, workflow: root.workflow, pool });
  };

  /**
   * Whoever looks where it would have happened closes it for all owners up to the one that opened the gate, and then says
   * what he saw. Not for later ones: somebody else may have answered meanwhile, and the step may be on its way again.
   */
  const truthAbout = (
    runId: string,
    { address, generation }: { readonly address: string; readonly generation: number },
  ): Pick<GateAnswer, "verdict" | "selections" | "result"> => {
    const asker = { token: generation + 1, attempt: 0 };
    const done = options.ledger.once.lookUp({ runId, address }, asker);
    if (program.temper === "hasty" && hashOf(`gives up ${runId} ${address}`) % 6 === 0)
      return { verdict: "approved", selections: ["fail"] };
    if (done === undefined) return { verdict: "approved", selections: ["retry"] };
    return { verdict: "approved", selections: ["done"], result: onceResult(`${runId} ${address}`, done) };
  };

  const answer = ({ runId, address: gate, gateType }: OpenGate) => {
    const generation = options.ledger.account().generations.get(runId) ?? 0;
    return later(`${runId} ${gate}`, async () => {
      const said =
        gateType === doubtGateType
          ? truthAbout(runId, { address: gate, generation })
          : { verdict: verdictFor(runId, gate) };
      const reply = await ports.store.answerGate({ runId, gate, by: "ann", ...said });
      if (reply.tag === "accepted") await deliver(runId);
    });
  };

  const signal = (runId: string, { address, name }: { readonly address: string; readonly name: string }) =>
    later(`${runId} ${address}`, async () => {
      const event = { type: "signalReceived", at: time.now(), name } as const;
      const reply = await ports.store.appendEvent({ runId, event, dedupeId: `signal:${address}` });
      if (reply.tag === "appended") await deliver(runId);
    });

  const cancel = (runId: string) =>
    later(`cancel ${runId}`, async () => {
      const reply = await ports.store.requestCancel({ runId, reason: "enough", by: "bob" });
      if (reply.tag === "requested") await deliver(runId);
      if (reply.tag !== "cancelled" || weather.strikes("client dies before the job")) return;
      await ports.queue.remove(runId, pool);
      if (reply.parent !== undefined) await deliver(reply.parent.id);
    });

  const look = async (): Promise<void> => {
    for (const root of program.roots) {
      const isDue = begun + root.startsAfterMs <= time.now();
      if (isDue && (await memory.readRun(root.id)) === undefined)
        later(`start ${root.id}`, () => start(root));
    }
    const { rows: gates } = await memory.openGates({ limit: 500 });
    for (const gate of gates) {
      const family = (await memory.readRun(gate.runId))?.rootId ?? "";
      const isAnswered = gate.gateType === doubtGateType || !isAbandoned(family, options.seed);
      if (gate.gateType !== "checks" && isAnswered) answer(gate);
    }
    const { rows: waiting } = await memory.listRuns({ status: "waiting", limit: 500 });
    for (const run of waiting) for (const gate of signalsOf(run)) signal(run.id, gate);
    const open = options.ledger.openRuns();
    const some = open[random.below(Math.max(1, open.length))];
    if (some !== undefined && random.chance(options.cancels)) cancel(some);
  };
  machine.clock.every(lookMs, () => void look());

  return {
    async allStarted() {
      const found = await Promise.all(program.roots.map(({ id }) => memory.readRun(id)));
      return found.every((run) => run !== undefined);
    },
  };
}

function signalsOf({ blockedOn }: RunRecord) {
  return blockedOn.flatMap((wait) => (wait.type === "gate" && wait.gateType === "signal" ? [wait] : []));
}
