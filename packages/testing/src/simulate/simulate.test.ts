import { defineAction } from "@runfleet/worker";
import { expect, test } from "vitest";
import { effect, type SimulateOptions, SimulationFailure, simulate } from "../index.js";

const order = {
  source: `workflow order {
  inputs { order required }
  call review
  gate human_review { prompt = "Ship {{order}}?" timeout = "7d" }
  call charge { retries = 2 retry_delay = "1m" }
}`,
};
const inputs = { order: "o-7" };
const review = { markers: ["fine"] };

type Charge = NonNullable<SimulateOptions["actions"]>;

/** Enough for every bug planted here, several times over. */
const seeds = 40;
/** Where nothing is to be found: each costs a story. */
const few = 20;

const chargedBy = (key: ((given: string, attempt: number) => string) | undefined): Charge => ({
  review,
  charge: async ({ idempotencyKey, attempt }) => {
    const options = key === undefined ? {} : { key: key(idempotencyKey, attempt) };
    await effect("charge", { about: 12, ...options });
    return { markers: ["charged"] };
  },
});

async function failureOf<World = undefined>(
  options: SimulateOptions<World>,
  workflow = order,
): Promise<SimulationFailure> {
  const error: unknown = await simulate(workflow, { seeds, inputs, ...options }).catch(
    (found: unknown) => found,
  );
  expect(error).toBeInstanceOf(SimulationFailure);
  return error as SimulationFailure;
}

test("an action that hands its key on charges once, whatever dies, and the same happens every time", async () => {
  const charged: number[] = [];
  const options: SimulateOptions = {
    ...{ seeds: few, inputs, actions: chargedBy((key) => key) },
    check({ run, effects }) {
      charged.push(effects.length);
      if (run.status === "completed") expect(effects).toMatchObject([{ name: "charge", about: 12 }]);
    },
  };
  const report = await simulate(order, options);
  expect(report.seeds).toBe(few);
  expect(charged).toHaveLength(few + 1);
  for (const kind of [
    "dies after a write, before its answer",
    "frozen beyond the lease",
    "answered twice",
  ] as const)
    expect(report.faults.get(kind) ?? 0, kind).toBeGreaterThan(0);
  const short = { ...options, seeds: 5 };
  expect((await simulate(order, short)).traceHash).toBe((await simulate(order, short)).traceHash);
});

test("a charge without a key is found, and its seed repeats it line by line", async () => {
  const actions = chargedBy(undefined);
  const failure = await failureOf({ actions });
  for (const said of failure.violations) expect(said).toContain('the effect "charge" of step charge');
  expect(failure.message).toMatch(
    /the effect "charge" of step charge \(b\.2\) of run order-1 happened twice: .*without a key.*idempotencyKey/,
  );
  expect(failure.message).toContain(`Repeat it alone with the option seed: ${failure.seed}.`);
  expect(failure.message).not.toContain("went another way");
  const again = await failureOf({ actions, seed: failure.seed });
  expect(again.transcript).toBe(failure.transcript);
  expect(again.transcript).toMatch(/effect "charge" of charge \(b\.2\)/);
});

test.each<[string, SimulateOptions["actions"], RegExp]>([
  [
    "a key that each attempt makes anew",
    chargedBy((key, attempt) => `${key} ${attempt}`),
    /happened twice.*under the keys/,
  ],
  [
    "the same key for two steps",
    { ...chargedBy(() => "the key"), review: chargeAll() },
    /never happened: its key "the key" is the key of step/,
  ],
])("%s is found", async (_what, actions, message) => {
  expect((await failureOf({ actions: actions ?? {} })).message).toMatch(message);
});

function chargeAll() {
  return async () => {
    await effect("charge", { about: 12, key: "the key" });
    return {};
  };
}

test("an action that takes effect at most once needs no key: a person looks", async () => {
  const charge = (once: boolean) =>
    defineAction({
      name: "charge",
      ...(once ? { effect: "at-most-once" as const } : {}),
      async run() {
        await effect("charge");
        return { markers: ["charged"] };
      },
    });
  const asked: string[] = [];
  const report = await simulate(order, {
    ...{ seeds: few, inputs, actions: { review, charge: charge(true) } },
    result: ({ name }) => {
      asked.push(name);
      return { markers: ["charged"] };
    },
    check: ({ run, effects }) => {
      if (run.status === "completed") expect(effects).toHaveLength(1);
    },
  });
  expect(report.seeds).toBe(few);
  expect(new Set(asked)).toEqual(new Set(["charge"]));
  expect((await failureOf({ actions: { review, charge: charge(false) } })).message).toMatch(/happened twice/);
});

test("what a check finds fails the seed, and seed 0 is the one in which nothing went wrong", async () => {
  const failure = await failureOf({
    world: () => ({ left: 1 }),
    actions: (world) => ({
      review,
      charge: async () => {
        world.left -= 1;
        return {};
      },
    }),
    check: ({ world }) => expect(world.left).toBe(0),
  });
  expect(failure.seed).toBeGreaterThan(0);
  expect(failure.message).toMatch(/check: expected -\d to be/);
  const always = await failureOf({
    actions: { review, charge: {} },
    check: () => Promise.reject(new Error("never right")),
  });
  expect(always).toMatchObject({ seed: 0, violations: ["check: never right"] });
  expect(always.message).toContain("although nothing went wrong");
});

test("people say what the test wants, send signals, and may stay away", async () => {
  const main = {
    source:
      'workflow main { gate go { type = signal } gate a { type = human_approval options = { x = "X" } } gate b { type = human_review timeout = "3d" } }',
  };
  await simulate(main, {
    seeds: 5,
    gates: { a: { verdict: "approve", selections: ["x"], feedback: "fine" }, b: "nobody" },
    check: ({ run }) => expect(run).toMatchObject({ status: "failed", error: { code: "gate_timed_out" } }),
  });
  await simulate(main, {
    seeds: 5,
    gates: { a: "reject" },
    check: ({ run }) => expect(run.error?.code).toBe("gate_rejected"),
  });
});

test("a seed that goes another way the second time is told apart from one that is wrong", async () => {
  let charges = 0;
  const charge = async () => {
    charges += 1;
    await effect(`charge ${charges}`);
    return {};
  };
  const check = () => Promise.reject(new Error("never right"));
  const failure = await failureOf({ actions: { review, charge }, check });
  expect(failure.message).toMatch(/went another way the second time.*`world` does not make anew/);
});

test("a simulation that cannot be is refused", async () => {
  const refused = (workflow: unknown, options: unknown) =>
    expect(simulate(workflow as never, options as never)).rejects;
  await refused(7, {}).toThrow(/simulate: workflow must be/);
  await refused(order, { seed: -1 }).toThrow(/simulate: options\.seed/);
  await refused(order, { gates: { human_review: "maybe" } }).toThrow(/simulate: options\.gates/);
  await refused(order, { inputs: {} }).toThrow(/order/);
  await refused(order, { inputs, actions: { review } }).toThrow(/calls "charge".*it has: review/);
});
