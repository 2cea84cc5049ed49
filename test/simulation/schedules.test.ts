/**
 * Twenty workers that start, die, freeze, stop and register the same schedule again, all the time, on a wire that loses, delays and
 * doubles: each due time has exactly one run. Runs are forgotten as soon as their due time is over, so that nobody is
 * saved by a run that is still there.
 */
import type { Definition, NewRun, RunStore, ScheduleSpec } from "@runfleet/model";
import { createMemoryQueue } from "@runfleet/queue";
import { nextDue } from "@runfleet/schedules";
import {
  createMemoryStore,
  createSecretBox,
  definitionHash,
  restoreSnapshot,
  takeSnapshot,
} from "@runfleet/store";
import { expect, test } from "vitest";
import { createMachine, type Machine } from "../../packages/testing/src/simulated/machine.js";
import { createRandom } from "../../packages/testing/src/simulated/random.js";
import type { Redis } from "../../packages/testing/src/simulated/redis.js";
import { createVirtualTime } from "../../packages/testing/src/simulated/virtual-time.js";
import { type Climate, createWeather, type Weather } from "../../packages/testing/src/simulated/weather.js";
import { connect } from "../../packages/testing/src/simulated/wire.js";
import { createDefinitions } from "../../packages/worker/src/definitions.js";
import { createTicker, type Ticker } from "../../packages/worker/src/schedules/ticker.js";
import { silentLog } from "../support/silent-log.js";

const startAt = 1_800_000_000_000;
const troubleEndsAt = startAt + 60_000;
const endsAt = startAt + 100_000;
const workers = 20;
const replacedMsMax = 3_000;
const troubleMs = 200;
const climate: Climate = {
  "dies before a write arrives": 0.01,
  "dies after a write, before its answer": 0.01,
  "dies at any time": 0.2,
  "drained in order": 0.2,
  "frozen beyond the lease": 0.2,
  "request lost": 0.02,
  "answer lost": 0.02,
  "request done twice": 0.05,
  "request late": 0.02,
};
const patience = { deaths: 1_000, freezes: 1_000, cuts: 10_000 };
const spec: ScheduleSpec = {
  ...{ workflow: "tidy", inputs: {}, cron: "* * * * * *", timezone: "Europe/Berlin" },
  ...{ overlap: "allow", catchUpMs: 90_000, catchUp: "all" },
};
const tidy: Definition = {
  ...{ name: "tidy", description: "", trigger: "scheduled", targets: [], inputs: [], body: [], always: [] },
};

interface Outcome {
  /** Runs by due time, seconds after the start. */
  readonly runs: ReadonlyMap<number, number>;
  readonly weather: Weather;
  readonly missed: number | undefined;
}

async function simulate(
  seed: number,
  guard: (store: RunStore) => RunStore = (store) => store,
): Promise<Outcome> {
  const time = createVirtualTime(startAt);
  const weather = createWeather(createRandom(seed), { climate, patience });
  const memory = createMemoryStore({ now: time.now });
  const runs = new Map<number, number>();
  const guarded = guard(memory);
  const createDueRun: RunStore["createDueRun"] = async (run, due) => {
    const reply = await guarded.createDueRun(run, due);
    const second = (due.dueAt - startAt) / 1_000;
    if (reply.tag === "created") runs.set(second, (runs.get(second) ?? 0) + 1);
    return reply;
  };
  const store = { ...memory, createDueRun };
  const queue = createMemoryQueue({ now: time.now });
  const locks = { taken: () => undefined, left: () => undefined };
  const redis: Redis = { time, weather, store, memory, queue, locks };
  const json = JSON.stringify(tidy);
  await memory.publish([{ name: tidy.name, hash: definitionHash(json), json }]);

  const fleet = Array.from({ length: workers }, (_, place) => startPlace(place, redis));
  const trouble = (): void => {
    forgetOldRuns(memory);
    const place = fleet[weather.random.below(workers)];
    if (weather.strikes("dies at any time")) place?.machine().kill();
    else if (weather.strikes("drained in order")) place?.drain();
    else if (weather.strikes("frozen beyond the lease"))
      place?.machine().freeze(weather.random.below(20_000));
    time.at(time.now() + troubleMs, trouble);
  };
  trouble();
  await time.run({ isOver: () => false, time: troubleEndsAt });
  weather.calmDown();
  await time.run({ isOver: () => false, time: endsAt });
  return { runs, weather, missed: (await memory.readSchedule("tick"))?.missed };
}

/** As retention would, if it kept nothing: runs whose due time is over. */
function forgetOldRuns(memory: RunStore): void {
  const held = takeSnapshot(memory);
  const standsAt = held.schedules.get("tick")?.dueAt ?? 0;
  for (const [id, { info }] of held.runs) {
    if ((info.scheduledFor ?? 0) < standsAt) held.runs.delete(id);
  }
  restoreSnapshot(memory, held);
}

/** One place of the fleet: who dies or leaves is replaced. */
function startPlace(place: number, redis: Redis) {
  const { time, weather } = redis;
  const { random } = weather;
  let machine: Machine;
  let ticker: Ticker | undefined;
  let lives = 0;
  const hire = (): void => {
    lives += 1;
    const hired = createMachine(`w${place}.${lives}`, {
      ...{ time, weather },
      onDeath: () => void time.at(time.now() + 1 + random.below(replacedMsMax), hire),
    });
    machine = hired;
    ticker = undefined;
    const { store, queue } = connect(hired, redis, () => undefined);
    const { clock } = hired;
    const secrets = createSecretBox({ namespace: "rf" });
    const definitions = createDefinitions(store);
    const ports = { store, queue, definitions, secrets, namespace: "rf", now: clock.now, log: silentLog };
    void register(store)
      .catch(() => undefined)
      .then(() => {
        ticker = createTicker({ ports, clock, lookMs: 1_000 });
      });
  };
  hire();
  return {
    machine: () => machine,
    drain: () => {
      const leaving = machine;
      void ticker?.stop().then(() => leaving.kill());
    },
  };
}

/** As a deployment does it: what the client's `schedule` writes, by every worker. */
async function register(store: RunStore): Promise<void> {
  const dueAt = nextDue(spec, await store.time());
  await store.putSchedule({ name: "tick", spec, ...(dueAt === undefined ? {} : { dueAt }) });
}

test.each([1, 2, 3, 4, 5, 6])("seed %i: exactly one run per due time, none missed", async (seed) => {
  const { runs, weather, missed } = await simulate(seed);
  const first = Math.min(...runs.keys());
  // The clock stands at the end; the last second may be on its way.
  const expected = Array.from({ length: 99 - first + 1 }, (_, n) => [first + n, 1]);
  expect([...runs].filter(([second]) => second <= 99).sort(([a], [b]) => a - b)).toEqual(expected);
  expect(first).toBeLessThan(30);
  expect(missed).toBe(0);
  for (const kind of [
    "dies after a write, before its answer",
    "request done twice",
    "request late",
  ] as const) {
    expect(weather.counts.get(kind) ?? 0, kind).toBeGreaterThan(0);
  }
});

test("without the guard of the due time some run comes twice: the simulation would see it", async () => {
  const unguarded = (store: RunStore): RunStore => ({
    ...store,
    createDueRun: async (run: NewRun) => await store.createRun(run),
  });
  const isDoubled = async (seed: number): Promise<boolean> => {
    const { runs } = await simulate(seed, unguarded);
    return [...runs.values()].some((count) => count > 1);
  };
  let seed = 1;
  while (seed < 7 && !(await isDoubled(seed))) seed += 1;
  expect(seed).toBeLessThan(7);
});
