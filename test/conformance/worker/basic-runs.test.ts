// The reference's tests of basic runs (its group I): what is left in the store of runs that a real worker has performed.

import { parseWorkflow, validateParsed } from "@runfleet/language";
import type { Definition } from "@runfleet/model";
import { expect, test } from "vitest";
import { call, flow, script, sleep, when } from "../../support/engine/definitions.js";
import { fails, gives, waits } from "../../support/worker/actions.js";
import { openMemoryFleet, stepLines } from "../../support/worker/memory-fleet.js";

const working = { config: { fallback: gives("any") } };
const failing = {
  config: { actions: [fails("bad")], fallback: gives("any") },
};

function parsed(text: string): Definition {
  const result = parseWorkflow(text);
  expect(validateParsed(result, { actions: new Set(["plan"]) })).toEqual([]);
  if (result.definition === undefined) throw new Error("no definition");
  return result.definition;
}

test("T-RUN-01 a text with one call is parsed, validated and run: one completed step", async () => {
  const fleet = await openMemoryFleet(working);
  const { record, steps } = await fleet.run(parsed("workflow one { call plan }"));
  expect(record.status).toBe("completed");
  expect(stepLines(steps)).toEqual(["plan#1 completed"]);
});

test("T-RUN-02 several steps run one after the other and all complete", async () => {
  const fleet = await openMemoryFleet(working);
  const { record, steps, history } = await fleet.run(flow([call("a"), call("b"), call("c")]));
  expect(record.status).toBe("completed");
  expect(stepLines(steps)).toEqual(["a#1 completed", "b#1 completed", "c#1 completed"]);
  const order = history.flatMap((fact) => ("name" in fact ? [`${fact.type} ${fact.name}`] : []));
  expect(order.filter((line) => /^step\.(started|completed)/.test(line))).toEqual(
    ["a", "b", "c"].flatMap((name) => [`step.started ${name}`, `step.completed ${name}`]),
  );
});

test("T-RUN-03 a workflow without steps succeeds and leaves no records", async () => {
  const { record, steps } = await (await openMemoryFleet()).run(flow([]));
  expect(record.status).toBe("completed");
  expect(steps).toEqual([]);
});

test("T-RUN-04 records of steps carry name, status and times", async () => {
  const fleet = await openMemoryFleet(working);
  const { steps } = await fleet.run(flow([call("a"), call("b")]));
  expect(steps).toMatchObject([
    {
      name: "a",
      status: "completed",
      ordinal: 0,
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
    },
    {
      name: "b",
      status: "completed",
      ordinal: 1,
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
    },
  ]);
});

test("T-RUN-05 the always block runs after a success", async () => {
  const fleet = await openMemoryFleet(working);
  const { steps } = await fleet.run(flow([call("work")], { always: [call("cleanup")] }));
  expect(stepLines(steps)).toEqual(["work#1 completed", "cleanup#1 completed"]);
});

test("T-RUN-06 the history begins with the start of the run and ends with its end", async () => {
  const { history } = await (await openMemoryFleet(working)).run(flow([call("work")]));
  const types = history.map(({ type }) => type).filter((type) => type.startsWith("run."));
  expect(types).toEqual(["run.started", "run.completed"]);
});

test("T-RUN-07 an activation that goes on with a run tells that it was resumed, not that it started again", async () => {
  const fleet = await openMemoryFleet(working);
  const { parked, ended } = await fleet.start(flow([sleep("nap", "1h")]));
  const runFacts = (history: readonly { type: string }[]) =>
    history.map(({ type }) => type).filter((type) => /^run\.(started|resumed)$/.test(type));
  expect(runFacts((await parked()).history)).toEqual(["run.started"]);
  await fleet.cancel("RUN");
  expect(runFacts((await ended()).history)).toEqual(["run.started", "run.resumed"]);
});

test("T-RUN-08 the always block knows that the body completed", async () => {
  const report = script("report", { run: "echo {{workflow_status}} $RUNFLEET_INPUT_WORKFLOW_STATUS" });
  const { steps } = await (await openMemoryFleet()).run(flow([], { always: [report] }));
  expect(steps[0]?.context).toBe("completed completed\n");
});

test("T-RUN-09 the always block knows that the body failed", async () => {
  const report = script("report", { run: "echo {{workflow_status}}" });
  const fleet = await openMemoryFleet(failing);
  const { record, steps } = await fleet.run(flow([call("bad")], { always: [report] }));
  expect(record.status).toBe("failed");
  expect(steps[1]?.context).toBe("failed\n");
});

test("T-RUN-10 a run that was cancelled before it began is cancelled, and says so", async () => {
  const fleet = await openMemoryFleet(working);
  const { enqueue, ended } = await fleet.create(flow([call("work")]));
  await fleet.cancel("RUN");
  await enqueue();
  const { record, steps, history } = await ended();
  expect(record.status).toBe("cancelled");
  expect(steps).toEqual([]);
  expect(history.at(-1)).toMatchObject({ type: "run.cancelled", reason: "enough" });
});

test("T-RUN-11 a failing always block does not change the end of the run", async () => {
  const fleet = await openMemoryFleet(failing);
  const { record, steps } = await fleet.run(flow([call("work")], { always: [call("bad")] }));
  expect(record).toMatchObject({ status: "completed" });
  expect(record).not.toHaveProperty("error");
  expect(stepLines(steps)).toEqual(["work#1 completed", "bad#1 failed"]);
});

test("gap I: the summary text has counts, a line per step, the status and the error", async () => {
  const fleet = await openMemoryFleet(failing);
  const body = [call("work"), call("bad", { onFail: { kind: "continue" } }), call("bad")];
  const { record } = await fleet.run(flow(body, { always: [call("cleanup")] }));
  expect(record.summary).toBe(
    [
      "flow: 2/3 steps completed, 1 failed",
      "  [ok] work",
      "  [FAIL] bad (2 times)",
      "  [ok] cleanup",
      "Status: FAILED",
      "Error: step 'bad' failed after 1 attempt: no luck",
    ].join("\n"),
  );
});

test("gap I: the error column holds code and message of the first failure, nothing after a success", async () => {
  const fleet = await openMemoryFleet(failing);
  const { record } = await fleet.run(flow([call("bad")]));
  const message = "step 'bad' failed after 1 attempt: no luck";
  expect(record.error).toEqual({ code: "step_failed", message });
});

test("gap I: conditional cleanup after a failed body is executed", async () => {
  const fleet = await openMemoryFleet(failing);
  const always = [when("probe.dirty", [call("never")]), when("tidy", [call("sweep"), call("mop")])];
  const { steps } = await fleet.run(flow([call("bad")], { always }), { inputs: { tidy: "true" } });
  expect(stepLines(steps)).toEqual(["bad#1 failed", "sweep#1 completed", "mop#1 completed"]);
});

test("gap I: always after a cancel runs, and knows", async () => {
  const slow = waits("slow");
  const fleet = await openMemoryFleet({ config: { actions: [slow] } });
  const report = script("report", { run: "echo {{workflow_status}}" });
  const { ended } = await fleet.start(flow([call("slow"), call("never")], { always: [report] }));
  await slow.begun;
  await fleet.cancel("RUN");
  const { record, steps } = await ended();
  expect(record.status).toBe("cancelled");
  expect(slow.reasons).toEqual(["cancelled"]);
  expect(stepLines(steps)).toEqual(["slow#1 cancelled", "report#1 completed"]);
  expect(steps[1]?.context).toBe("cancelled\n");
});

test("gap I: fail_fast = false goes on after a failure, and the run has failed in the end", async () => {
  const fleet = await openMemoryFleet(failing);
  const { record, steps } = await fleet.run(flow([call("bad"), call("next")]), { failFast: false });
  expect(record.status).toBe("failed");
  expect(stepLines(steps)).toEqual(["bad#1 failed", "next#1 completed"]);
});

test("one failing cleanup does not skip the next, whatever the body did", async () => {
  for (const body of [call("work"), call("bad")]) {
    const fleet = await openMemoryFleet(failing);
    const { steps } = await fleet.run(flow([body], { always: [call("bad"), call("sweep")] }));
    expect(stepLines(steps).slice(1)).toEqual(["bad#1 failed", "sweep#1 completed"]);
  }
});
