import { afterAll, expect, inject, test } from "vitest";
import { gateOf, openClientFleet } from "../../../../test/support/client-fleet.js";
import { fakeTerminal } from "../../../../test/support/fake-terminal.js";
import { tellStarted } from "../tell-started.js";
import { watchRun } from "./watch-run.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet } = under;
afterAll(() => under.close());

async function startAtGate() {
  const run = await fleet.start("greet", { inputs: { whom: "you" }, label: "first" });
  await under.workOn(run.id, { gate: gateOf(run.id) });
  return run;
}

test("on a terminal a run is a picture that says how its gate is answered, and stays as a tree when it has ended", async () => {
  const { cli, drawn, printed } = fakeTerminal({ isInteractive: true });
  const run = await startAtGate();
  const watched = watchRun(cli, fleet, run.id);
  await expect.poll(drawn).toMatch(/◷ greet .* waiting[\s\S]*waits for gate human_review[\s\S]*ship it\?/);
  expect(drawn()).toContain(`answer: runfleet approve ${run.id} human_review   (or reject; --select a,b)`);
  await run.approve();
  await under.workOn(run.id);
  expect(await watched).toMatchObject({ id: run.id, status: "completed" });
  expect(printed()).toMatch(/✓ greet .* completed .*first\n.*✓ say[\s\S]*said hello/);
});

test("elsewhere a run is a line per event, and what it waits for is said on the side", async () => {
  const { cli, drawn, printed, notes } = fakeTerminal();
  const run = await startAtGate();
  const watched = watchRun(cli, fleet, run.id);
  await expect.poll(notes, { timeout: 10_000 }).toHaveLength(1);
  expect(notes()[0]).toMatch(/waits for a person at gate "human_review"[\s\S]*what to do: `runfleet approve/);
  await run.reject();
  await under.workOn(run.id);
  await watched;
  expect(drawn()).toBe("");
  expect(printed()).toMatch(/run\.started .*greet begins\n[\s\S]*run\.completed[\s\S]*✓ greet/);
});

test("a start that waits says why nothing happens, and --json leaves standard output to the document", async () => {
  const { cli, printed, notes, exitCode } = fakeTerminal({ isInteractive: true, globals: { json: true } });
  const run = await fleet.start("greet", { inputs: { whom: "you" } });
  const told = tellStarted(cli, fleet, { run, wait: true });
  await expect.poll(() => notes().at(-1), { timeout: 10_000 }).toMatch(/no worker takes runs of pool/);
  await run.cancel();
  await told;
  expect(JSON.parse(printed())).toMatchObject({ id: run.id, status: "cancelled" });
  expect(exitCode()).toBe(1);
});
