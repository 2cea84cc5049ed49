/**
 * Runs whose worker went away in the middle of an action that takes effect at most once: what the next worker does, what
 * a person can say, and which ends leave no doubt.
 */
import type { GateAnswer } from "@runfleet/model";
import { type AnyAction, type ProbeAnswer, RetryableError } from "@runfleet/worker";
import { afterEach, describe, expect, test } from "vitest";
import { call, flow } from "../../support/engine/definitions.js";
import { deferred, type OneWorker, openOneWorker } from "../../support/worker/one-worker.js";

let worker: OneWorker;
afterEach(() => worker.close());

/** An action whose first attempt has its effect and never ends; the later ones succeed at once. */
function charging(probe?: () => ProbeAnswer<unknown>) {
  const begun = deferred();
  let effects = 0;
  const charge: AnyAction = {
    name: "charge",
    effect: "at-most-once",
    run({ signal }) {
      effects += 1;
      if (effects > 1) return Promise.resolve({ markers: ["charged"] });
      begun.resolve();
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    },
    ...(probe && { probe: () => Promise.resolve(probe()) }),
  };
  return { charge, begun: begun.promise, effects: () => effects };
}

/** A run whose worker died in the middle of the action, taken by the next one. */
async function takenOver({ charge, begun }: ReturnType<typeof charging>): Promise<string> {
  worker = await openOneWorker({ actions: [charge] });
  const runId = await worker.create(flow([call("charge")]));
  const first = worker.take(runId);
  await begun;
  await worker.vanish(runId);
  const second = await worker.take(runId);
  await first;
  expect(second.type).toBe((await worker.store.readRun(runId))?.status === "completed" ? "ended" : "parked");
  return runId;
}

function answered(runId: string, answer: Partial<GateAnswer>): Promise<unknown> {
  return worker.store.answerGate({ runId, by: "ann", verdict: "approved", ...answer });
}

describe("without a probe", () => {
  test("the run waits for a person, and says for what", async () => {
    const action = charging();
    const runId = await takenOver(action);
    expect(action.effects()).toBe(1);
    const gate = {
      name: "charge",
      gateType: "in_doubt",
      prompt:
        "Did step 'charge' have its effect? Attempt 1 is in doubt: it was begun before, and nobody heard how that ended; action \"charge\" has no probe",
      options: {
        retry: "it had no effect: run it",
        done: "it had its effect: go on with the result given",
        fail: "give the step up",
      },
    };
    expect(await worker.store.readRun(runId)).toMatchObject({ status: "waiting", blockedOn: [gate] });
    expect((await worker.store.openGates({ runId, limit: 9 })).rows).toMatchObject([gate]);
    expect(await worker.steps(runId)).toEqual(["charge#1 waiting"]);
  });

  test("retry runs the attempt, with the key it had", async () => {
    const action = charging();
    const runId = await takenOver(action);
    await answered(runId, { selections: ["retry"] });
    expect(await worker.take(runId)).toMatchObject({ status: "completed" });
    expect(action.effects()).toBe(2);
    expect(await worker.steps(runId)).toEqual(["charge#1 completed"]);
  });

  test("done goes on with the result, fail does not go on", async () => {
    const action = charging();
    const runId = await takenOver(action);
    await answered(runId, { selections: ["done"], result: { markers: ["charged"], output: { receipt: 7 } } });
    expect(await worker.take(runId)).toMatchObject({ status: "completed" });
    const { rows } = await worker.store.readSteps({ runId, limit: 9 });
    expect(rows).toMatchObject([{ status: "completed", markers: ["charged"], output: '{"receipt":7}' }]);
    await worker.close();

    const given = charging();
    const other = await takenOver(given);
    await answered(other, { selections: ["fail"] });
    expect(await worker.take(other)).toMatchObject({ status: "failed" });
    expect(await worker.store.readRun(other)).toMatchObject({ error: { code: "in_doubt" } });
    expect([action.effects(), given.effects()]).toEqual([1, 1]);
  });

  test("cancel and terminate end the run, and nobody can answer any more", async () => {
    const runId = await takenOver(charging());
    await worker.store.requestCancel({ runId, reason: "enough", by: "ann" });
    expect(await worker.take(runId)).toMatchObject({ type: "ended", status: "cancelled" });
    expect(await answered(runId, { selections: ["retry"] })).toMatchObject({ tag: "ended" });
    await worker.close();

    const other = await takenOver(charging());
    expect(await worker.store.terminateRun({ runId: other, by: "ann" })).toMatchObject({ tag: "terminated" });
    expect(await answered(other, { selections: ["retry"] })).toMatchObject({ tag: "ended" });
    expect(await worker.store.readRun(other)).toMatchObject({ status: "cancelled" });
  });
});

describe("with a probe", () => {
  test.each<[string, () => ProbeAnswer<unknown>, number, string]>([
    ["done", () => ({ done: { markers: ["found"] } }), 1, "completed"],
    ["not done", () => ({ notDone: true }), 2, "completed"],
    ["unknown", () => ({ unknown: true }), 1, "waiting"],
  ])("that says %s", async (_answer, probe, effects, status) => {
    const action = charging(probe);
    const runId = await takenOver(action);
    expect(await worker.steps(runId)).toEqual([`charge#1 ${status}`]);
    expect(action.effects()).toBe(effects);
  });
});

describe("a worker that is stopped", () => {
  test("leaves in doubt what it aborted", async () => {
    const action = charging();
    worker = await openOneWorker({ actions: [action.charge] });
    const runId = await worker.create(flow([call("charge")]));
    const stopped = worker.take(runId);
    await action.begun;
    worker.activator.stopAll();
    expect(await stopped).toEqual({ type: "yielded" });
    worker.replace();
    await worker.take(runId);
    expect(await worker.steps(runId)).toEqual(["charge#1 waiting"]);
  });

  test("leaves no doubt about what it never began", async () => {
    const slow = deferred();
    const begun = deferred();
    const before: AnyAction = {
      name: "before",
      async run() {
        begun.resolve();
        await slow.promise;
        return {};
      },
    };
    const action = charging(() => ({ unknown: true }));
    worker = await openOneWorker({ actions: [before, action.charge] });
    const runId = await worker.create(flow([call("before"), call("charge")]));
    const stopped = worker.take(runId);
    await begun.promise;
    worker.activator.stopAll();
    slow.resolve();
    expect(await stopped).toEqual({ type: "yielded" });
    expect(await worker.steps(runId)).toEqual(["before#1 completed", "charge#1 running"]);
    worker.replace();
    const next = worker.take(runId);
    await action.begun;
    worker.activator.stopAll();
    await next;
  });
});

describe("an attempt that ended", () => {
  /** Fails or hangs the first time; counts. */
  function failing(first: (signal: AbortSignal) => Promise<never>, retries = 1, timeoutMs?: number) {
    let runs = 0;
    const charge: AnyAction = {
      name: "charge",
      effect: "at-most-once",
      run({ signal }) {
        runs += 1;
        return runs === 1 ? first(signal) : Promise.resolve({});
      },
    };
    const node = call("charge", { retries, ...(timeoutMs !== undefined && { timeoutMs }) });
    return { charge, node, runs: () => runs };
  }

  async function taken({ charge, node }: ReturnType<typeof failing>): Promise<readonly string[]> {
    worker = await openOneWorker({ actions: [charge] });
    const runId = await worker.create(flow([node]));
    await worker.take(runId);
    return await worker.steps(runId);
  }

  test("with an error is not tried again by itself", async () => {
    const action = failing(() => Promise.reject(new Error("no answer")));
    expect(await taken(action)).toEqual(["charge#1 failed", "charge#2 waiting"]);
    expect(action.runs()).toBe(1);
  });

  test("because its time was over is not tried again by itself", async () => {
    const hanging = (signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    const action = failing(hanging, 1, 20);
    expect(await taken(action)).toEqual(["charge#1 timed_out", "charge#2 waiting"]);
    expect(action.runs()).toBe(1);
  });

  test("with the word that nothing happened is tried again", async () => {
    const action = failing(() => Promise.reject(new RetryableError("busy")));
    expect(await taken(action)).toEqual(["charge#1 failed", "charge#2 completed"]);
    expect(action.runs()).toBe(2);
  });
});
