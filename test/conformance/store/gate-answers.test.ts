// The reference's tests of answers to gates as a store keeps them (group Q). Both stores, the same answers.
import { expect, test } from "vitest";
import { sampleCommit, sampleGate, samplePark } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("answers to gates", (twin) => {
  const waiting = async () => {
    const { create, activate, store } = twin();
    const activation = await activate(await create());
    const { runId } = activation.fence;
    await store.park(samplePark(activation.fence, { gatesOpened: [sampleGate(runId)] }));
    return { runId, activation };
  };
  const heard = async (answer: {
    verdict: "approved" | "rejected";
    feedback?: string;
    selections?: string[];
  }) => {
    const { runId, activation } = await waiting();
    await twin().store.answerGate({ runId, by: "ann", ...answer });
    const { inbox } = await twin().takeOver(activation);
    return inbox.at(-1)?.event;
  };

  test("T-GAPP-08 a gate is open and unanswered when it opens", async () => {
    const { runId } = await waiting();
    expect((await twin().store.openGates({ runId, limit: 10 })).rows).toEqual([sampleGate(runId)]);
    expect(await twin().store.inboxWaiting(runId)).toBe(false);
  });

  test("T-GAPP-09 an answer to what is no open gate is told so, and is no error", async () => {
    const { store, create } = twin();
    const { runId } = await waiting();
    const yes = { verdict: "approved", by: "ann" } as const;
    expect(await store.answerGate({ runId, ...yes, gate: "nothing" })).toEqual({ tag: "not_open" });
    expect(await store.answerGate({ runId: await create(), ...yes })).toEqual({ tag: "not_open" });
    expect((await store.openGates({ runId, limit: 10 })).rows).toHaveLength(1);
  });

  test("T-GAPP-10 an approval reaches the run with its feedback", async () => {
    expect(await heard({ verdict: "approved", feedback: "ship it" })).toMatchObject({
      ...{ type: "gateAnswered", address: "b.1", verdict: "approved", by: "ann", feedback: "ship it" },
    });
  });

  test("T-GAPP-11 selections reach the run in their order", async () => {
    expect(await heard({ verdict: "approved", selections: ["two", "one"] })).toMatchObject({
      selections: ["two", "one"],
    });
  });

  test("T-GAPP-12 a rejection reaches the run with its feedback", async () => {
    expect(await heard({ verdict: "rejected", feedback: "no" })).toMatchObject({
      ...{ type: "gateAnswered", verdict: "rejected", feedback: "no" },
    });
  });

  test("gap Q: the second of two answers is told the first, and the run hears one", async () => {
    const { store, takeOver } = twin();
    const { runId, activation } = await waiting();
    await store.answerGate({ runId, verdict: "rejected", by: "ann" });
    expect(await store.answerGate({ runId, verdict: "approved", by: "bob" })).toMatchObject({
      ...{ tag: "answered", by: "ann", verdict: "rejected" },
    });
    const { inbox } = await takeOver(activation);
    expect(inbox.filter(({ event }) => event.type === "gateAnswered")).toHaveLength(1);
  });

  test("gap Q: an answer after the gate has timed out finds no open gate", async () => {
    const { store, takeOver } = twin();
    const { runId, activation } = await waiting();
    const { fence } = await takeOver(activation);
    await store.commit(sampleCommit(fence, { gatesClosed: ["b.1"] }));
    expect(await store.answerGate({ runId, verdict: "approved", by: "ann" })).toEqual({ tag: "not_open" });
  });
});
