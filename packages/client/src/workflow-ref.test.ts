// Types are checked when the tests are compiled: a line that expects an error and has none is one.
import type { RunDocument } from "@runfleet/model";
import { afterAll, expect, expectTypeOf, inject, test } from "vitest";
import { openClientFleet } from "../../../test/support/client-fleet.js";
import { outputsOf, startEntry, workflowRef } from "./workflow-ref.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet } = under;
afterAll(() => under.close());

interface GreetInputs {
  readonly whom: string | number;
  readonly tone?: string;
  readonly loud?: boolean;
}
const greet = workflowRef<GreetInputs, { say: { words: number }; other: string }>("greet");
const open = workflowRef("greet");
const free = workflowRef<{ readonly tone?: string }>("greet");

test("a reference starts what its name stands for, with inputs that the compiler has seen", async () => {
  const run = await fleet.start(greet, { inputs: { whom: "you", loud: true }, label: "typed" });
  expect(await run.get()).toMatchObject({ workflow: "greet", inputs: { whom: "you", loud: "true" } });
  const [outcome] = await fleet.startMany([startEntry(greet, { inputs: { whom: 7 } })]);
  expect(outcome).toMatchObject({ type: "started" });
  const { schedule } = await fleet.schedule("typed", {
    workflow: greet,
    inputs: { whom: "x" },
    everyMs: 60_000,
  });
  expect(schedule).toMatchObject({ workflow: "greet", inputs: { whom: "x" } });
});

test("the compiler refuses inputs that the workflow does not have", async () => {
  const refused = { code: "invalid_input" };
  // @ts-expect-error a required input is missing
  await expect(fleet.start(greet, { inputs: { tone: "kind" } })).rejects.toMatchObject(refused);
  // @ts-expect-error without options as well
  await expect(fleet.start(greet)).rejects.toMatchObject(refused);
  // @ts-expect-error loud is a boolean
  await expect(fleet.start(greet, { inputs: { whom: "x", loud: "yes" } })).rejects.toMatchObject(refused);
  // @ts-expect-error there is no input of this name; at run time undeclared ones pass
  await fleet.start(greet, { inputs: { whom: "x", who: "y" } });
  // @ts-expect-error as above, in a start of many
  startEntry(greet, { inputs: { tone: "kind" } });
  // @ts-expect-error as above, in a schedule
  await expect(fleet.schedule("s", { workflow: greet, everyMs: 60_000 })).rejects.toMatchObject(refused);
  await expect(fleet.start(free)).rejects.toMatchObject(refused);
  await expect(fleet.start(open, { inputs: { anything: 1 } })).rejects.toMatchObject(refused);
  expect(() => workflowRef("")).toThrowError(/must be a text that is not empty/);
});

test("outputs of steps have the types of the reference", async () => {
  const run = await fleet.start(greet, { inputs: { whom: "you" } });
  await under.workOn(run.id);
  const outputs = outputsOf(greet, await run.result());
  expectTypeOf(outputs).toEqualTypeOf<Partial<{ say: { words: number }; other: string }>>();
  expect(outputs).toEqual({ say: { words: 1 } });
  expectTypeOf(outputsOf(open, await run.get())).toEqualTypeOf<Partial<Readonly<Record<string, unknown>>>>();
  const other = { id: "R", workflow: "other", steps: [] } as unknown as RunDocument;
  expect(() => outputsOf(greet, other)).toThrowError(/is one of workflow "other", not of "greet"/);
});
