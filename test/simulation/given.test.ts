/**
 * What a step is said to have been given is what it was given: random runs to their end, and every variable that a worker
 * got on the way, against those worked out from the run's document afterwards.
 */
import { compile } from "@runfleet/engine";
import { type Definition, type RunInfo, type RunRecord, type StepRecord, zeroTotals } from "@runfleet/model";
import { expect, test } from "vitest";
import { runDocument } from "../../packages/client/src/run-document.js";
import { turnBefore } from "../../packages/engine/src/given/turn-before.js";
import { variablesFor } from "../../packages/engine/src/variables.js";
import { createRandom } from "../../packages/testing/src/simulated/random.js";
import { runInfo } from "../support/engine/world.js";
import { simulate } from "./fleet.js";
import { randomFlow } from "./random-flow.js";

interface Given {
  readonly address: string;
  readonly attempt?: number;
  readonly at: number;
  readonly variables: Readonly<Record<string, string>>;
}

function documentOf(run: RunInfo, status: string, steps: readonly StepRecord[]) {
  const record = {
    ...{ ...run, status, generation: 1, recoveries: 0, blockedOn: [], totals: zeroTotals() },
  } as unknown as RunRecord;
  return runDocument(record, { steps, children: [] });
}

/** Every variable that workers got in one run, and what is said of it later. */
function both(definition: Definition, run: RunInfo, seed: number) {
  const given: Given[] = [];
  const { status, steps } = simulate({
    ...{ definition, run, random: createRandom(seed) },
    faults: { crash: 0, duplicate: 0, park: 0, retries: seed % 3 },
    asked: (command, at) => {
      if (!("variables" in command)) return;
      const { address, variables } = command;
      const attempt = "attempt" in command ? { attempt: command.attempt } : {};
      given.push({ address, ...attempt, at, variables: { ...variables } });
    },
  });
  const document = documentOf(run, status, [...steps.values()]);
  const plan = compile(definition);
  return given.flatMap(({ address, attempt, at, variables }) => {
    const step = document.steps.find(
      (one) =>
        one.address === address &&
        (attempt === undefined || one.attempt === attempt) &&
        // A gate is asked again and again; variables are those of its beginning.
        one.startedAt === new Date(at).toISOString(),
    );
    if (step === undefined) return [];
    const said = { ...variablesFor(turnBefore(plan, document, step), address) };
    return [{ place: `${address}#${step.attempt}`, said, was: variables }];
  });
}

test("what is said of a step's variables is what its worker got, in random runs", () => {
  let compared = 0;
  const names = new Set<string>();
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = createRandom(seed);
    const definition = randomFlow(random, { calm: false });
    const run = runInfo({ inputs: { go: random.pick(["true", "false"]), text: "an input" } });
    for (const { place, said, was } of both(definition, run, seed)) {
      expect(said, `seed ${seed}, ${place}`).toEqual(was);
      compared += 1;
      for (const name of Object.keys(was)) names.add(name);
    }
  }
  expect(compared).toBeGreaterThan(300);
  expect([...names]).toEqual(
    expect.arrayContaining(["prior_output", "workflow_status", "failed_step", "failure_reason", "text"]),
  );
});
