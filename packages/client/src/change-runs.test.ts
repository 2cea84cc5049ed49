import { afterAll, describe, expect, inject, test } from "vitest";
import { gateOf, openClientFleet } from "../../../test/support/client-fleet.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet } = under;
afterAll(() => under.close());

describe("an open gate", () => {
  async function waitingRun(): Promise<string> {
    const { id } = await fleet.start("greet", { inputs: { whom: "you" } });
    await under.workOn(id, { gate: gateOf(id) });
    return id;
  }

  test("is listed, answered once, and the run wants to go on", async () => {
    const id = await waitingRun();
    const { gates } = await fleet.gates({ runId: id });
    expect(gates).toEqual([
      expect.objectContaining({
        runId: id,
        name: "human_review",
        address: "b.1",
        prompt: "ship it?",
        label: null,
      }),
    ]);
    expect(await fleet.get(id)).toMatchObject({
      status: "waiting",
      blockedOn: [{ type: "gate", name: "human_review" }],
    });
    await fleet.run(id).approve("human_review", { feedback: "ship it", selections: ["a"] });
    expect((await fleet.get(id)).status).toBe("pending");
    await expect(fleet.reject(id, "human_review")).rejects.toMatchObject({
      code: "gate_answered",
      details: { by: "tester", verdict: "approved" },
    });
  });

  test("is not answered after its deadline, and the refusal says when that was", async () => {
    const { id } = await fleet.start("greet", { inputs: { whom: "you" } });
    await under.workOn(id, { gate: { ...gateOf(id), deadline: 86_400_000 } });
    await expect(fleet.approve(id)).rejects.toMatchObject({
      code: "gate_not_found",
      message: expect.stringContaining("timed out at 1970-01-02T00:00:00.000Z"),
    });
  });

  test("is not answered with a selection it does not offer, nor under a name it does not have", async () => {
    const id = await waitingRun();
    await expect(fleet.approve(id, undefined, { selections: ["z"] })).rejects.toMatchObject({
      code: "invalid_input",
    });
    await expect(fleet.approve(id, "other")).rejects.toMatchObject({
      code: "gate_not_found",
      message: expect.stringContaining("human_review (b.1)"),
    });
    await expect(fleet.approve("NOPE")).rejects.toMatchObject({ code: "run_not_found" });
    await fleet.approve(id);
  });
});
