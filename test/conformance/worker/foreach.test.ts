// The reference's tests of `foreach` (its group O) with real children: each item is a run that the same worker performs.
import type { Definition, ForeachNode, Item } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import type { ItemProvider, WorkerConfig } from "@runfleet/worker";
import { expect, test } from "vitest";
import { call, flow, foreach } from "../../support/engine/definitions.js";
import { waits } from "../../support/worker/actions.js";
import { type MemoryFleetOptions, openMemoryFleet, stepLines } from "../../support/worker/memory-fleet.js";

const items = (...ids: string[]): Item[] => ids.map((id) => ({ id, ref: `ref-${id}`, context: {} }));

/** Fails for the items in the list; remembers the inputs of all. */
function worker(...failing: string[]) {
  const seen: Record<string, string>[] = [];
  const run = ({ variables }: { variables: Readonly<Record<string, string>> }) => {
    seen.push({ ...variables });
    const fails = failing.includes(variables["item.id"] ?? "");
    return fails ? Promise.reject(new Error("no luck")) : Promise.resolve({ markers: ["did"] });
  };
  return { name: "do-it", run, seen };
}

interface FanOut extends Partial<ForeachNode> {
  readonly list: readonly Item[] | ItemProvider;
  readonly dependencies?: readonly (readonly [string, string])[];
  readonly action?: NonNullable<WorkerConfig["actions"]>[number];
  readonly around?: MemoryFleetOptions["around"];
}

const parent = (node: Partial<ForeachNode>): Definition => flow([foreach("each", node)], { name: "parent" });

/** A fleet with the provider `things`, and the definition of a run that fans out over it. */
async function fanOut({ list, dependencies = [], action = worker(), around, ...node }: FanOut) {
  const provider: ItemProvider =
    "items" in list ? list : { items: () => Promise.resolve({ items: list, dependencies }) };
  const fleet = await openMemoryFleet({
    config: { actions: [action], items: { things: provider } },
    workflows: [flow([call("do-it")], { name: "work" })],
    ...(around && { around }),
  });
  return { fleet, definition: parent({ maxParallel: 1, ...node }) };
}

async function ran(options: FanOut) {
  const { fleet, definition } = await fanOut(options);
  const remains = await fleet.run(definition);
  const children = await fleet.store.listChildren({ runId: "RUN", limit: 50 });
  return { ...remains, fleet, step: remains.steps[0], children: children.rows };
}

test("T-FE-01 items one after the other: all children succeed", async () => {
  const { record, step, children } = await ran({ list: items("a", "b", "c") });
  expect(record.status).toBe("completed");
  expect(step).toMatchObject({ status: "completed", progress: { total: 3, completed: 3, failed: 0 } });
  expect(children).toHaveLength(3);
});

test("T-FE-02 items side by side: all children succeed", async () => {
  const { step } = await ran({ list: items("a", "b", "c", "d", "e"), maxParallel: 3 });
  expect(step).toMatchObject({
    status: "completed",
    progress: { total: 5, running: 0, completed: 5, failed: 0, skipped: 0 },
  });
});

test("T-FE-03 halt: after the first failure no item begins, and the step fails", async () => {
  const { record, step, children } = await ran({
    list: items("a", "b", "c"),
    action: worker("a"),
    onChildFail: "halt",
  });
  expect(record).toMatchObject({ status: "failed", error: { code: "items_failed" } });
  expect(step).toMatchObject({
    status: "failed",
    progress: { total: 3, completed: 0, failed: 1, skipped: 0 },
  });
  expect(children).toHaveLength(1);
});

test("T-FE-04 continue: the other items run, and the step succeeds since one of them did", async () => {
  const { record, step } = await ran({ list: items("a", "b", "c"), action: worker("b") });
  expect(record.status).toBe("completed");
  expect(step).toMatchObject({ status: "completed", progress: { completed: 2, failed: 1 } });
});

test("T-FE-05 skip_dependents: what waits for the failed item is skipped, the rest runs, the step fails", async () => {
  const { record, step } = await ran({
    list: items("t1", "t2", "t3"),
    dependencies: [["t1", "t2"]],
    action: worker("t1"),
    ordered: true,
    onChildFail: "skip_dependents",
  });
  expect(record.status).toBe("failed");
  expect(step).toMatchObject({ status: "failed", progress: { completed: 1, failed: 1, skipped: 1 } });
});

test("T-FE-06 ordered: items run in the order of their dependencies, however many may run at once", async () => {
  const action = worker();
  const { step } = await ran({
    list: items("t3", "t2", "t1"),
    dependencies: [
      ["t1", "t2"],
      ["t2", "t3"],
    ],
    action,
    ordered: true,
    maxParallel: 3,
  });
  expect(step).toMatchObject({ status: "completed", progress: { completed: 3 } });
  expect(action.seen.map((inputs) => inputs["item.id"])).toEqual(["t1", "t2", "t3"]);
});

test("T-FE-07 a cancel between items: what has ended stays, nothing more begins", async () => {
  const action = {
    name: "do-it",
    run: async () => {
      await fleet.cancel("RUN");
      return {};
    },
  };
  const { fleet, definition } = await fanOut({ list: items("a", "b", "c"), action });
  const { record, steps } = await fleet.run(definition);
  expect(record.status).toBe("cancelled");
  expect(steps).toMatchObject([{ status: "cancelled", progress: { total: 3, running: 0, failed: 0 } }]);
  expect((await fleet.store.listChildren({ runId: "RUN", limit: 10 })).rows).toHaveLength(1);
});

test("T-FE-08 no items: the step completes, and there are no children", async () => {
  const { record, step, children } = await ran({ list: [] });
  expect(record.status).toBe("completed");
  expect(step).toMatchObject({ status: "completed", output: '{"items":[]}', progress: { total: 0 } });
  expect(children).toEqual([]);
});

test("T-FE-09 a store that fails while items are written breaks the activation, not the run", async () => {
  let refuses = true;
  const { fleet, definition } = await fanOut({
    list: items("a", "b"),
    around: (store) => ({
      ...store,
      park: (park) => {
        const carriesItems = Object.keys(park.parts.set).some((part) => part.startsWith("i:"));
        if (!refuses || !carriesItems) return store.park(park);
        refuses = false;
        return Promise.reject(new RunfleetError("internal", "the store refused"));
      },
    }),
  });
  const { ended, broken } = await fleet.start(definition);
  expect((await broken()).record.status).toBe("running");
  expect(fleet.errors).toHaveLength(1);
  await fleet.queue.wake("RUN", "default");
  const { record, steps } = await ended();
  expect(record.status).toBe("completed");
  expect(steps).toMatchObject([{ status: "completed", progress: { completed: 2 } }]);
});

test("T-FE-10 a child gets the item: id, reference and its other members", async () => {
  const action = worker();
  const list = [{ id: "7", ref: "PR-7", context: { title: "Add tea", state: "open" } }];
  await ran({ list, action });
  expect(action.seen).toMatchObject([
    { "item.id": "7", "item.ref": "PR-7", "item.title": "Add tea", "item.state": "open" },
  ]);
});

test("T-FE-11 a provider that cannot tell the dependencies fails the step with its words", async () => {
  const list: ItemProvider = { items: () => Promise.reject(new Error("the tracker is away")) };
  const { record, step, children } = await ran({ list, ordered: true });
  expect(record).toMatchObject({
    status: "failed",
    error: { message: expect.stringContaining("the tracker is away") },
  });
  expect(step?.status).toBe("failed");
  expect(children).toEqual([]);
});

test("T-FE-17 inputs of the children may use those of the parent, and each child knows its parent", async () => {
  const action = worker();
  const { fleet, definition } = await fanOut({
    list: items("a"),
    action,
    inputs: { ticket: "{{ticket_id}}", repo: "{{repo_id}}" },
  });
  await fleet.run(definition, { inputs: { ticket_id: "T-1", repo_id: "R-2", other: "x" } });
  const { rows } = await fleet.store.listChildren({ runId: "RUN", limit: 10 });
  expect((await fleet.remains(rows[0] ?? "")).record).toMatchObject({
    parentId: "RUN",
    parentAddress: "b.0",
    inputs: { ticket: "T-1", repo: "R-2", "item.id": "a", "item.ref": "ref-a" },
  });
  expect(action.seen[0]).not.toHaveProperty("other");
});

test("T-FE-18 a cancel while children take long reaches them", async () => {
  const slow = waits("do-it");
  const { fleet, definition } = await fanOut({ list: items("a", "b"), action: slow });
  const { ended } = await fleet.start(definition);
  await slow.begun;
  await fleet.cancel("RUN");
  const { record } = await ended();
  expect(record.status).toBe("cancelled");
  expect(slow.reasons).toEqual(["cancelled"]);
  const { rows } = await fleet.store.listChildren({ runId: "RUN", limit: 10 });
  const child = await fleet.remains(rows[0] ?? "");
  expect(child.record.status).toBe("cancelled");
  expect(stepLines(child.steps)).toEqual(["do-it#1 cancelled"]);
});

test("a workflow can look after other runs: workflow_runs lists those of the fleet", async () => {
  const action = worker();
  const { fleet, definition } = await fanOut({
    list: [],
    action,
    over: "workflow_runs",
    filter: { status: "failed" },
  });
  const failing = flow([foreach("none", { over: "nowhere" })], { name: "broken" });
  await fleet.run(failing, { id: "FAILED", rootId: "FAILED", createdAt: 1 });
  await fleet.run(definition);
  expect(action.seen).toMatchObject([
    { "item.id": "FAILED", "item.workflow_name": "broken", "item.status": "failed" },
  ]);
});
