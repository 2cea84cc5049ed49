/**
 * One simulation: a program, a seed and a climate decide about everything that happens to a fleet of real workers on the
 * twins in memory, in one thread. The same three give the same transcript, byte by byte.
 */
import type { RunStore } from "@runfleet/model";
import { definitionHash } from "@runfleet/store";
import { startCrew } from "../../../packages/testing/src/simulated/crew.js";
import { createMachine } from "../../../packages/testing/src/simulated/machine.js";
import { createRedis, leaseTtlMs, type Redis } from "../../../packages/testing/src/simulated/redis.js";
import { createVirtualTime } from "../../../packages/testing/src/simulated/virtual-time.js";
import type { FaultKind, Weather } from "../../../packages/testing/src/simulated/weather.js";
import { connect } from "../../../packages/testing/src/simulated/wire.js";
import { actionsOf } from "./actions.js";
import { createLedger, type Ledger } from "./ledger.js";
import { createPeople } from "./people.js";
import { type Program, pool } from "./programs.js";
import { contentsOf, isAtRest, resultsOf, settle } from "./settlement.js";

export interface FleetSimulation {
  readonly program: Program;
  readonly seed: number;
  readonly weather: Weather;
  /** Chance per look of somebody that some run is cancelled. */
  readonly cancels?: number;
  /** Between machines and twin; a control switches a guard off here. */
  readonly guard?: (store: RunStore, ledger: Ledger) => RunStore;
  /** Runs of each workflow that may be worked on at once. Default: any number. */
  readonly limit?: number;
  /** Actions whose effect must not be repeated do not say so; for a control. */
  readonly isCareless?: boolean;
}

export interface FleetHistory {
  readonly violations: readonly string[];
  readonly counts: ReadonlyMap<FaultKind, number>;
  /** What probes and people were told about effects in doubt. */
  readonly heard: Readonly<Record<"done" | "notDone", number>>;
  /** Most runs that were in line for a permit of one workflow. */
  readonly inLine: number;
  /** By run. */
  readonly results: ReadonlyMap<string, string>;
  readonly transcript: string;
}

const startAt = 1_800_000_000_000;
/** Long enough for every program; a fleet that is not at rest by then never will be. */
const horizonMs = 45 * 60_000;
const restLookMs = 2_000;
/** Sweeps, leases and repeated wake-ups of what is left over. */
const afterRestMs = 50_000;

export async function simulateFleet(simulation: FleetSimulation): Promise<FleetHistory> {
  const { program, seed, weather } = simulation;
  const time = createVirtualTime(startAt);
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(`${time.now() - startAt} ${line}`);
  const ledger = createLedger({ program, note, now: () => time.now() });
  const { guard = (store) => store, limit } = simulation;
  const limited = watchPermits(ledger, limit ?? 0);
  const redis = createRedis({
    ...{ time, weather, alsoForgets: ledger },
    around: (memory) => {
      const watched = { ...memory, ...ledger.watch(guard(memory, ledger)) };
      return limit === undefined ? watched : lookingAfter(watched, () => limited.look(memory));
    },
  });
  time.onStep = () => redis.queue.tick();
  await publish(program, redis);
  if (limit !== undefined)
    for (const { name } of program.definitions) await redis.memory.setLimit({ workflow: name, total: limit });

  const machine = createMachine("people", {
    time,
    weather: { ...weather, strikes: (kind) => kind === "answered twice" && weather.strikes(kind) },
    onDeath: () => undefined,
  });
  const ports = connect(machine, redis, () => undefined);
  const people = createPeople({
    machine,
    ports,
    redis,
    ledger,
    program,
    seed,
    cancels: simulation.cancels ?? 0,
  });
  const effect = simulation.isCareless === true ? "idempotent" : "at-most-once";
  const fleet = startCrew(redis, {
    configOf: (machine) => actionsOf(machine, { redis, ledger, effect }),
    ...{ workers: 3, concurrency: 4, pools: [pool], workDir: "/nowhere", scheduleLookMs: 60_000 },
    ...{ leaseTtlMs, sweepMs: 5_000 },
  });

  const whole = { redis, ledger, seed, isHasty: program.temper === "hasty", isReady: people.allStarted };
  await rest(whole);
  weather.calmDown();
  // A failover that was on its way comes with one of the next writes, and may bring something back that had ended.
  for (let times = 0; times < 2; times += 1) {
    await rest(whole);
    await time.run({ isOver: () => false, time: time.now() + afterRestMs });
  }
  let isStopped = false;
  void fleet.stop().then(() => {
    isStopped = true;
  });
  await time.run({ isOver: () => isStopped, time: time.now() + afterRestMs });
  if (!isStopped) ledger.wrong("the workers did not stop");
  settle(redis, ledger, seed);
  return {
    violations: ledger.violations,
    counts: weather.counts,
    heard: ledger.once.heard,
    inLine: limited.inLine(),
    results: resultsOf(redis),
    transcript: [...lines, contentsOf(redis)].join("\n"),
  };
}

async function publish(program: Program, { memory }: Redis): Promise<void> {
  const workflows = program.definitions.map((definition) => {
    const json = JSON.stringify(definition);
    return { name: definition.name, hash: definitionHash(json), json };
  });
  await memory.publish(workflows);
}

/** Looks whether more runs of a workflow are worked on than may be, and how many are in line. */
function watchPermits(ledger: Ledger, limit: number) {
  let inLine = 0;
  return {
    inLine: () => inLine,
    look(memory: Pick<RunStore, "listScopes">): void {
      void memory.listScopes({ limit: 100 }).then(({ rows }) => {
        for (const { workflow, held, waiting } of rows) {
          if (held > limit) ledger.wrong(`${held} runs of ${workflow} have one of ${limit} permits`);
          inLine = Math.max(inLine, waiting);
        }
      });
    },
  };
}

/** The same store; somebody looks after each call. */
function lookingAfter<T extends object>(store: T, look: () => void): T {
  const calls = Object.entries(store).map(([name, method]) => [
    name,
    (...args: never[]) => {
      const reply = (method as (...args: never[]) => unknown)(...args);
      look();
      return reply;
    },
  ]);
  return Object.fromEntries(calls) as T;
}

/** Lets things happen until every run has ended or waits in vain, or the horizon is reached. */
async function rest(options: {
  readonly redis: Redis;
  readonly ledger: Ledger;
  readonly seed: number;
  readonly isHasty: boolean;
  readonly isReady: () => Promise<boolean>;
}): Promise<void> {
  const { redis, ledger, seed, isHasty } = options;
  const { time } = redis;
  let isOver = false;
  let stopLooking = (): void => undefined;
  const look = (): void => {
    stopLooking = time.at(time.now() + restLookMs, look);
    void options.isReady().then((isReady) => {
      isOver = isReady && isAtRest(redis, ledger, { seed, isHasty });
    });
  };
  look();
  await time.run({ isOver: () => isOver, time: startAt + horizonMs });
  stopLooking();
}
