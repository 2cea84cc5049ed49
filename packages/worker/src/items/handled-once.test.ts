/** Runs of one foreach share the ended runs: each is handled once, and nothing is lost when one of them is cut short. */
import { createMemoryLeases, createMemoryStore } from "@runfleet/store";
import { describe, expect, it } from "vitest";
import { sampleFinish, sampleRun } from "../../../../test/conformance/store/samples.js";
import { childRunId } from "../child-run-id.js";
import { workflowRunItems } from "./workflow-runs.js";

type Status = "completed" | "failed" | "cancelled";

function openFleet() {
  let now = 1_000;
  const store = createMemoryStore({ now: () => now });
  const leases = createMemoryLeases({ now: () => now, store });

  const start = async (id: string, workflow: string): Promise<void> => {
    now += 1;
    await store.createRun(sampleRun({ id, workflow, rootId: id, createdAt: now }));
  };
  const end = async (id: string, status: Status = "completed"): Promise<void> => {
    const acquired = await leases.acquire(id, 1_000);
    const leaseToken = acquired.tag === "held" ? acquired.lease.token : "";
    const opened = await store.activate({ runId: id, leaseToken, owner: "w", recoveriesMax: 5 });
    if (opened.tag !== "activated") throw new Error(opened.tag);
    await store.finish(sampleFinish(opened.activation.fence, { status, retentionMs: 1e9 }));
  };
  const provider = workflowRunItems({ store, now: () => now });

  /** The items of run `id` of the foreach. */
  const list = async (id: string, { attempt = 1, ...filter }: Record<string, string | number> = {}) => {
    const page = await provider.items({
      run: { id, workflow: "tidy", inputs: {} },
      step: { name: "each", address: "b.0", attempt: Number(attempt) },
      filter: { workflow_name: "deploy", ...(filter as Record<string, string>) },
      signal: new AbortController().signal,
    });
    return page.items.map((item) => item.id);
  };
  const child = (id: string, itemId: string, attempt = 1): string =>
    childRunId(id, { address: "b.0", attempt, itemId });
  return { store, start, end, list, child };
}

/** Two ended runs to be handled. */
async function fleetWithTwo() {
  const fleet = openFleet();
  for (const id of ["D1", "D2"]) {
    await fleet.start(id, "deploy");
    await fleet.end(id);
  }
  return fleet;
}

describe("workflow_runs handles each run once", () => {
  it("with what came in between for the next run of the foreach", async () => {
    const { start, end, list } = await fleetWithTwo();
    await start("T1", "tidy");
    expect(await list("T1")).toEqual(["D1", "D2"]);
    await start("D3", "deploy");
    await end("D3", "failed");
    await start("T2", "tidy");
    expect(await list("T2")).toEqual(["D3"]);
    await end("T1");
    expect(await list("T3")).toEqual(["D1", "D2"]);
  });

  it("gives the same list again to a run that was taken over", async () => {
    const { start, list } = await fleetWithTwo();
    await start("T1", "tidy");
    expect(await list("T1")).toEqual(["D1", "D2"]);
    expect(await list("T1")).toEqual(["D1", "D2"]);
  });

  it("hands on only what the run before ended without starting", async () => {
    const { start, end, list, child } = await fleetWithTwo();
    await start("T1", "tidy");
    await list("T1");
    await start(child("T1", "D1"), "leaf");
    await end(child("T1", "D1"), "failed");
    expect(await list("T2")).toEqual([]);
    await end("T1", "cancelled");
    expect(await list("T2")).toEqual(["D2"]);
  });

  it("of two that ask at once, each run goes to one", async () => {
    const { start, list } = await fleetWithTwo();
    await Promise.all([start("T1", "tidy"), start("T2", "tidy")]);
    const lists = await Promise.all([list("T1"), list("T2")]);
    expect(lists.flat().sort()).toEqual(["D1", "D2"]);
  });

  it("tries again, on an operator's retry, what has not been completed", async () => {
    const { start, end, list, child } = await fleetWithTwo();
    await start("T1", "tidy");
    await list("T1");
    for (const [id, status] of [
      ["D1", "completed"],
      ["D2", "failed"],
    ] as const) {
      await start(child("T1", id), "leaf");
      await end(child("T1", id), status);
    }
    expect(await list("T1", { attempt: 2 })).toEqual(["D2"]);
  });

  it("does not count for those who ask for all", async () => {
    const { start, list } = await fleetWithTwo();
    await start("T1", "tidy");
    await list("T1");
    expect(await list("T2", { again: "true" })).toEqual(["D1", "D2"]);
    await expect(list("T2", { again: "yes" })).rejects.toThrow('again = "yes" is neither "true" nor "false"');
  });
});
