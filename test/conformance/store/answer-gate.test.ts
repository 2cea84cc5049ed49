/** The first answer to a gate wins; later ones hear who was first. Both stores, the same answers. */
import type { OpenGate } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, sampleGate, samplePark } from "./samples.js";
import { describeTwins, type Twin } from "./twins.js";

describeTwins("answer_gate", (twin) => {
  async function parkAtGates({ store, create, activate }: Twin, gates: readonly Partial<OpenGate>[] = [{}]) {
    const activation = await activate(await create());
    const { fence } = activation;
    const gatesOpened = gates.map((gate) => sampleGate(fence.runId, gate));
    await store.park(samplePark(fence, { gatesOpened }));
    return { runId: fence.runId, activation };
  }
  const yes = { verdict: "approved", by: "ann" } as const;

  test("the first answer closes the gate and becomes an event", async () => {
    const { store, takeOver, clock } = twin();
    const { runId, activation } = await parkAtGates(twin());
    const answer = { runId, ...yes, feedback: 'ship "it"', selections: ["a", "b"] };
    expect(await store.answerGate(answer)).toEqual({ tag: "accepted", address: "b.1", pool: "default" });
    expect(await store.openGates({ limit: 10 })).toEqual({ rows: [] });
    expect(await store.openGates({ runId, limit: 10 })).toEqual({ rows: [] });
    expect((await store.readRun(runId))?.status).toBe("pending");
    const { inbox } = await takeOver(activation);
    const { runId: _run, ...event } = answer;
    expect(inbox).toEqual([
      { seq: 2, event: { type: "gateAnswered", at: clock.now(), address: "b.1", ...event } },
    ]);
  });

  test.each([undefined, "b.1", "human_review"])(
    "later answers (to %s) are told who was first",
    async (gate) => {
      const { store, clock } = twin();
      const { runId } = await parkAtGates(twin());
      await store.answerGate({ runId, verdict: "rejected", by: "bob the second" });
      const at = clock.now();
      clock.advance(50);
      const later = { runId, ...yes, ...(gate === undefined ? {} : { gate }) };
      expect(await store.answerGate(later)).toEqual({
        tag: "answered",
        by: "bob the second",
        verdict: "rejected",
        at,
      });
    },
  );

  test("of many answers exactly one is accepted", async () => {
    const { store } = twin();
    const { runId } = await parkAtGates(twin());
    const answers = Array.from({ length: 20 }, (_, n) =>
      store.answerGate({ runId, verdict: "approved", by: `p${n}` }),
    );
    const replies = await Promise.all(answers);
    expect(replies.filter((reply) => reply.tag === "accepted")).toHaveLength(1);
    const accepted = replies.findIndex((reply) => reply.tag === "accepted");
    for (const reply of replies) if (reply.tag === "answered") expect(reply.by).toBe(`p${accepted}`);
  });

  test("a gate is named by address or name; several open ones must be told apart", async () => {
    const { store } = twin();
    const gates = [
      { address: "b.1", name: "legal", since: 5 },
      { address: "b.2", name: "b.1", since: 4 },
      { address: "b.3", name: "legal", since: 3 },
    ];
    const { runId } = await parkAtGates(twin(), gates);
    expect(await store.answerGate({ runId, ...yes })).toEqual({ tag: "not_open" });
    expect(await store.answerGate({ runId, ...yes, gate: "other" })).toEqual({ tag: "not_open" });
    const accepted = async (gate?: string) => {
      const reply = await store.answerGate({ runId, ...yes, ...(gate === undefined ? {} : { gate }) });
      return reply.tag === "accepted" ? reply.address : reply.tag;
    };
    expect(await accepted("legal")).toBe("b.3");
    expect(await accepted("b.1")).toBe("b.1");
    expect(await accepted()).toBe("b.2");
  });

  test("before it opens and after it closed unanswered, a gate is not open", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    expect(await store.answerGate({ runId, ...yes })).toEqual({ tag: "not_open" });
    await store.commit(sampleCommit(fence, { gatesOpened: [sampleGate(runId)] }));
    await store.commit(sampleCommit(fence, { gatesClosed: ["b.1"] }));
    expect(await store.answerGate({ runId, ...yes, gate: "b.1" })).toEqual({ tag: "not_open" });
  });

  test("an answer after the deadline is late, although nobody has closed the gate yet", async () => {
    const { store, clock } = twin();
    const deadline = clock.now() + 1_000;
    const { runId } = await parkAtGates(twin(), [{ deadline }, { address: "b.2", deadline }]);
    clock.advance(1_000);
    expect(await store.answerGate({ runId, ...yes, gate: "b.1" })).toMatchObject({ tag: "accepted" });
    clock.advance(1);
    expect(await store.answerGate({ runId, ...yes, gate: "b.2" })).toEqual({ tag: "late", deadline });
    expect((await store.openGates({ runId, limit: 10 })).rows).toMatchObject([{ address: "b.2" }]);
  });

  test("a gate that opens again forgets the answer before", async () => {
    const { store, takeOver } = twin();
    const { runId, activation } = await parkAtGates(twin());
    await store.answerGate({ runId, ...yes });
    const { fence } = await takeOver(activation);
    await store.commit(sampleCommit(fence, { gatesOpened: [sampleGate(runId)] }));
    expect(await store.answerGate({ runId, verdict: "rejected", by: "bob" })).toMatchObject({
      tag: "accepted",
    });
    await store.commit(sampleCommit(fence, { gatesOpened: [sampleGate(runId)], gatesClosed: [] }));
    await store.commit(sampleCommit(fence, { gatesClosed: ["b.1"] }));
    expect(await store.answerGate({ runId, ...yes })).toEqual({ tag: "not_open" });
  });

  test("ended and unknown runs have no gates, but remember answers", async () => {
    const { store, takeOver, create, activate } = twin();
    const { runId, activation } = await parkAtGates(twin());
    await store.answerGate({ runId, ...yes });
    const { fence } = await takeOver(activation);
    await store.finish(sampleFinish(fence));
    expect(await store.answerGate({ runId, ...yes })).toMatchObject({ tag: "answered", by: "ann" });
    const other = await activate(await create());
    await store.finish(sampleFinish(other.fence, { status: "failed" }));
    expect(await store.answerGate({ runId: other.fence.runId, ...yes })).toEqual({
      tag: "ended",
      status: "failed",
    });
    expect(await store.answerGate({ runId: "x", ...yes })).toEqual({ tag: "not_found" });
  });
});
