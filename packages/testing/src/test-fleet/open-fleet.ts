/**
 * Puts a fleet in memory together: the real client and real workers over the twins of store, leases and queue, on a clock
 * that only moves while somebody waits. Weather decides what goes wrong; a test fleet has none.
 */
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assembleClient, type FleetClient, type RunExplanation, type WorkflowSource } from "@runfleet/client";
import { type Definition, isEnded, limits } from "@runfleet/model";
import { createSecretBox, takeSnapshot } from "@runfleet/store";
import type { ActionContext, AnyAction, WorkerConfig } from "@runfleet/worker";
import { startCrew } from "../simulated/crew.js";
import type { Machine } from "../simulated/machine.js";
import { createRedis, type Redis } from "../simulated/redis.js";
import { createVirtualTime } from "../simulated/virtual-time.js";
import type { Weather } from "../simulated/weather.js";
import { type Chronicle, createChronicle } from "./chronicle.js";
import { type Clockwork, createClockwork } from "./clockwork.js";
import { createEffects, type Effects } from "./effects.js";
import { performInside } from "./in-action.js";
import type { ActionsGiven } from "./options.js";
import { actionOf, unscripted } from "./scripted.js";

/** One execution of an action. */
export interface ActionCall {
  readonly action: string;
  readonly runId: string;
  readonly address: string;
  readonly attempt: number;
  readonly variables: Readonly<Record<string, string>>;
}

export interface OpenFleet {
  readonly client: FleetClient;
  readonly clockwork: Clockwork;
  readonly chronicle: Chronicle;
  readonly effects: Effects;
  readonly calls: readonly ActionCall[];
  readonly redis: Redis;
  /** Names of the workflows, in the order they were given. */
  readonly published: readonly string[];
  /** Resolves when nothing of the workers runs any more. */
  stop(): Promise<void>;
}

export interface FleetParts {
  readonly workflows: readonly (WorkflowSource | Definition)[];
  readonly actions: ActionsGiven;
  readonly config: WorkerConfig;
  readonly startAt: number;
  readonly weather: Weather;
  readonly workers: number;
  readonly patienceMs: number;
  /** How long nothing must have happened before the clock jumps: what was lost is found by then. */
  readonly quietMs: number;
  /** How long a worker may be dead or frozen before others go on with its runs. */
  readonly leaseTtlMs: number;
  /** How often is looked for what was lost. */
  readonly sweepMs: number;
}

/** A schedule that is added is heard of within this time. */
const scheduleLookMs = 10_000;
const momentMs = 500;
const concurrency = 32;
const stopMs = 60_000;
/** Opened by this process. */
let fleets = 0;

export async function openFleet(parts: FleetParts): Promise<OpenFleet> {
  const { workers } = parts;
  fleets += 1;
  const workDir = join(tmpdir(), `runfleet-test-${process.pid}-${fleets}`);
  const time = createVirtualTime(parts.startAt);
  const chronicle = createChronicle(time.now);
  const effects = createEffects(chronicle.note);
  const weatherOf = (who: string): Weather =>
    noted(parts.weather, (fault) => chronicle.note(`${who}: ${fault}`));
  const redis = createRedis({ time, weather: weatherOf("redis"), around: chronicle.around });
  time.onStep = () => redis.queue.tick();
  const clockwork: Clockwork = createClockwork({
    ...{ time, version: () => chronicle.version, patienceMs: parts.patienceMs },
    isIdle: () => time.now() - chronicle.lastWriteAt >= parts.quietMs && !hasReadyJobs(redis),
    dozeMs: parts.leaseTtlMs / 4,
    isQuiet: () => time.now() - chronicle.lastWriteAt >= momentMs,
    nextDueAt: () => nextDueAt(redis),
    explain: () => explainRest(client, redis),
  });
  const client = clientOf(redis, { clockwork, chronicle });
  const published = await client.publish(parts.workflows);
  const calls: ActionCall[] = [];
  const around = aroundActions({ weatherOf, clockwork, effects, chronicle, calls });
  const { actions, fallback } = actionsOf(parts, clockwork);
  const crew = startCrew(redis, {
    configOf: (machine) => ({
      ...{ ...parts.config, actions: actions.map(around(machine)), fallback: around(machine)(fallback) },
    }),
    ...{ workers, weatherOf, concurrency, scheduleLookMs, leaseTtlMs: parts.leaseTtlMs },
    ...{ sweepMs: parts.sweepMs, watchWork: clockwork.watchWork },
    ...{ pools: await poolsOf(redis), workDir },
  });
  const stop = async (): Promise<void> => {
    let isStopped = false;
    void crew.stop().then(() => {
      isStopped = true;
    });
    await time.run({ isOver: () => isStopped, time: time.now() + stopMs });
    await client.close();
    await rm(workDir, { recursive: true, force: true });
  };
  const names = published.map(({ name }) => name);
  return { client, clockwork, chronicle, effects, calls, redis, published: names, stop };
}

/** The same weather; whatever strikes is told. */
function noted(weather: Weather, tell: (fault: string) => void): Weather {
  return {
    ...weather,
    strikes(kind, request) {
      const does = weather.strikes(kind, request);
      if (does) tell(request === undefined || request === "" ? kind : `${kind} (${request})`);
      return does;
    },
  };
}

function clientOf(
  { store, queue, time }: Redis,
  { clockwork, chronicle }: { readonly clockwork: Clockwork; readonly chronicle: Chronicle },
): FleetClient {
  const closing = new AbortController();
  let runs = 0;
  /** Waits by moving the clock. */
  const followHistory: typeof store.followHistory = async ({ runId, after, blockMs, signal }) => {
    const read = () => store.readHistory({ runId, after, limit: limits.pageRowsMax });
    const isOver = async (): Promise<boolean> => signal?.aborted === true || (await read()).length > 0;
    const lastAt = time.now() + blockMs;
    await clockwork.until({ isOver, ...(Number.isSafeInteger(lastAt) ? { lastAt } : {}) });
    return signal?.aborted === true ? [] : await read();
  };
  const awaitEnd: typeof store.awaitEnd = async ({ runId, waitMs, signal }) => {
    const hasEnded = async (): Promise<boolean> =>
      isEnded((await store.readRun(runId))?.status ?? "completed");
    const lastAt = time.now() + waitMs;
    await clockwork.until({
      isOver: async () => signal?.aborted === true || (await hasEnded()),
      ...(Number.isSafeInteger(lastAt) ? { lastAt } : {}),
    });
    return await hasEnded();
  };
  return assembleClient({
    ...{ store: { ...store, followHistory, awaitEnd }, queue, secrets: createSecretBox({ namespace: "rf" }) },
    ...{ namespace: "rf", partitions: 1 },
    time: {
      ...{ now: time.now, monotonic: time.now, lookAgainMs: Number.POSITIVE_INFINITY },
      newRunId: (workflow) => `${workflow.replaceAll(/[^A-Za-z0-9_-]/g, "-")}-${++runs}`,
    },
    ...{
      actor: "test",
      log: chronicle.note,
      isReady: () => true,
      targets: new Map(),
      known: new Map(),
      underWay: { count: 0 },
    },
    examineRedis: async () => [],
    memoryUse: async () => ({ usedBytes: null, maxBytes: null, openRunsBytes: null, listsBytes: null }),
    closing: closing.signal,
    close: async () => closing.abort(),
  });
}

/** Actions of the test go before those of the configuration. */
function actionsOf({ actions, config }: FleetParts, { complain }: Clockwork) {
  const given = Array.isArray(actions)
    ? (actions as readonly AnyAction[])
    : Object.entries(actions as Exclude<ActionsGiven, readonly AnyAction[]>).map(([name, script]) =>
        actionOf(name, script, complain),
      );
  const names = new Set(given.map(({ name }) => name));
  const all = [...given, ...(config.actions ?? []).filter(({ name }) => !names.has(name))];
  const known = all.map(({ name }) => name).sort();
  return { actions: all, fallback: config.fallback ?? unscripted(known, complain) };
}

/** Lets an action know where it is executed, and notes that it is. */
function aroundActions({
  chronicle,
  calls,
  weatherOf,
  ...fleet
}: Pick<OpenFleet, "clockwork" | "effects" | "chronicle"> & {
  readonly weatherOf: (machineId: string) => Weather;
  readonly calls: ActionCall[];
}) {
  return (machine: Machine) =>
    (action: AnyAction): AnyAction => {
      const inside = <T>(context: ActionContext<never>, code: () => Promise<T>): Promise<T> =>
        performInside(
          { ...fleet, weather: weatherOf(machine.id), machine, context, counts: new Map() },
          code,
        );
      const { name, input, output, effect, promptFrom } = action;
      return {
        name,
        ...(input === undefined ? {} : { input }),
        ...(output === undefined ? {} : { output }),
        ...(effect === undefined ? {} : { effect }),
        ...(promptFrom === undefined ? {} : { promptFrom }),
        ...(action.probe === undefined
          ? {}
          : { probe: (context) => inside(context, async () => action.probe?.(context) as never) }),
        run(context) {
          const { runId, address, attempt, variables } = context;
          calls.push({ action: context.action, runId, address, attempt, variables });
          chronicle.note(`${machine.id} runs ${context.action} (${address}) of ${runId}, attempt ${attempt}`);
          return inside(context, async () => action.run(context));
        },
      };
    };
}

async function poolsOf({ memory }: Redis): Promise<readonly string[]> {
  const { rows } = await memory.listWorkflows({ limit: limits.pageRowsMax });
  const definitions = await Promise.all(rows.map(({ hash }) => memory.readDefinition(hash)));
  const named = definitions.map((json) => (JSON.parse(json ?? "{}") as Partial<Definition>).pool);
  return [...new Set(["default", ...named.filter((pool) => pool !== undefined)])];
}

function hasReadyJobs({ queue }: Redis): boolean {
  return [...queue.snapshot().values()].some((jobs) =>
    jobs.some(({ state }) => state === "waiting" || state === "active"),
  );
}

/**
 * Deadlines of runs and due times of schedules; one that is over is still to be seen to. What a dead worker left behind is
 * due now: somebody is going to find it.
 */
async function nextDueAt({ queue, memory, time }: Redis): Promise<number | undefined> {
  const { timers, outbox, runs } = takeSnapshot(memory);
  const { rows: schedules } = await memory.listSchedules({ limit: limits.pageRowsMax });
  const isLeft = outbox.size > 0 || [...runs.values()].some(({ owner }) => owner !== undefined);
  const dues = [
    ...(isLeft ? [time.now()] : []),
    queue.nextDueAt(),
    ...timers.values(),
    ...schedules.filter(({ paused }) => paused === undefined).map(({ dueAt }) => dueAt),
  ].filter((at) => at !== undefined);
  return dues.length === 0 ? undefined : Math.min(...dues);
}

/** What the run waits for, or the run that it waits for. */
function reasonOf(told: RunExplanation): string {
  return told.because === null ? `run ${told.id}: ${told.sentence}` : reasonOf(told.because);
}

const toldMax = 3;

/** What every open root run waits for. */
async function explainRest(client: FleetClient, { memory }: Redis): Promise<string> {
  const { rows } = await memory.listRuns({ limit: limits.pageRowsMax });
  const open = rows.filter(({ status, parentId }) => !isEnded(status) && parentId === undefined);
  const reasons = await Promise.all(
    open.slice(0, toldMax).map(async ({ id }) => reasonOf(await client.explain(id))),
  );
  const why = reasons.length === 0 ? "no run is open" : reasons.join("; ");
  return `nothing can happen any more in this test fleet that would end the wait: ${why}`;
}
