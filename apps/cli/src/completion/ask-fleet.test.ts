import { createServer } from "node:net";
import { afterAll, expect, inject, test } from "vitest";
import { gateOf, openClientFleet } from "../../../../test/support/client-fleet.js";
import { fakeTerminal } from "../../../../test/support/fake-terminal.js";
import { askFleet } from "./ask-fleet.js";

const redis = inject("redisUrl");
const under = await openClientFleet(redis);
const { fleet, namespace } = under;
afterAll(() => under.close());

const ask = (url: string = redis) => askFleet(fakeTerminal({ globals: { redis: url, namespace } }).cli);

/** The time limit is for people; a test machine may be slower than it. */
async function wordsFor(...[wanted]: Parameters<ReturnType<typeof ask>>) {
  return (await ask()(wanted)).map(({ word }) => word);
}

test("runs, gates, steps, workflows, schedules and pools of the fleet are words", async () => {
  const waiting = await fleet.start("greet", { inputs: { whom: "you" }, label: "first" });
  await under.workOn(waiting.id, { gate: gateOf(waiting.id) });
  const ended = await fleet.start("greet", { inputs: { whom: "you" } });
  await under.workOn(ended.id);
  await fleet.schedule("nightly", { workflow: "greet", inputs: { whom: "x" }, everyMs: 3_600_000 });
  const poll = (wanted: Parameters<typeof wordsFor>[0]) =>
    expect.poll(() => wordsFor(wanted), { timeout: 15_000 });
  await poll({ kind: "run" }).toEqual([ended.id, waiting.id]);
  await poll({ kind: "openRun" }).toEqual([waiting.id]);
  await poll({ kind: "endedRun" }).toEqual([ended.id]);
  await poll({ kind: "failedRun" }).toEqual([]);
  await poll({ kind: "gateRun" }).toEqual([waiting.id]);
  await poll({ kind: "gate", run: waiting.id }).toEqual(["human_review"]);
  await poll({ kind: "step", run: waiting.id }).toEqual(["say"]);
  await poll({ kind: "workflow" }).toEqual(["greet"]);
  await poll({ kind: "schedule" }).toEqual(["nightly"]);
  await poll({ kind: "pool" }).toEqual(["default"]);
});

test("a Redis that is not there, and one that does not answer, are no words and no error", async () => {
  expect(await ask("redis://127.0.0.1:1")({ kind: "run" })).toEqual([]);
  expect(await ask("nonsense")({ kind: "run" })).toEqual([]);
  const silent = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => silent.once("listening", resolve));
  const { port } = silent.address() as { readonly port: number };
  const begun = performance.now();
  expect(await ask(`redis://127.0.0.1:${port}`)({ kind: "run" })).toEqual([]);
  // Far below what a client waits for otherwise, far above the limit on a machine that is busy.
  expect(performance.now() - begun).toBeLessThan(8_000);
  silent.close();
});
