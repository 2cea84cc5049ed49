/** Families of six levels on a worker: what ends the root ends all below it, what fails at the bottom comes up with its reason. */
import { limits, type RunStatus } from "@runfleet/model";
import { expect, test } from "vitest";
import { call, child, flow, foreach } from "../../support/engine/definitions.js";
import { waits } from "../../support/worker/actions.js";
import { type MemoryFleet, openMemoryFleet } from "../../support/worker/memory-fleet.js";

const names = Array.from({ length: limits.workflowDepthMax + 1 }, (_, depth) => `level${depth}`);
const leaf = flow([call("do-it")], { name: names.at(-1) ?? "" });
const levels = names.slice(0, -1).map((name, depth) => flow([child(names[depth + 1] ?? "")], { name }));
const [root = leaf] = levels;

/** Statuses from the root down, following the first child each time. */
async function statusesDown({ store }: MemoryFleet): Promise<RunStatus[]> {
  const statuses: RunStatus[] = [];
  for (let id: string | undefined = "RUN"; id !== undefined; ) {
    const run = await store.readRun(id);
    if (run !== undefined) statuses.push(run.status);
    id = (await store.listChildren({ runId: id, limit: 1 })).rows[0];
  }
  return statuses;
}

const everywhere = (status: RunStatus): RunStatus[] => names.map(() => status);

test("a cancel of the root reaches the run five levels below and ends all", async () => {
  const slow = waits("do-it");
  const fleet = await openMemoryFleet({ config: { actions: [slow] }, workflows: [...levels, leaf] });
  const { ended } = await fleet.start(root);
  await slow.begun;
  await fleet.cancel("RUN");
  expect((await ended()).record.status).toBe("cancelled");
  expect(slow.reasons).toEqual(["cancelled"]);
  expect(await statusesDown(fleet)).toEqual(everywhere("cancelled"));
});

test("a failure at the bottom fails every level above with its reason", async () => {
  const action = { name: "do-it", run: () => Promise.reject(new Error("no disk")) };
  const fleet = await openMemoryFleet({ config: { actions: [action] }, workflows: [...levels, leaf] });
  const { record } = await fleet.run(root);
  expect(record.error?.message).toMatch(/no disk/);
  expect(await statusesDown(fleet)).toEqual(everywhere("failed"));
});

test("results and totals come up from the bottom", async () => {
  const action = { name: "do-it", run: async () => ({ markers: ["deep"], usage: { turns: 3 } }) };
  const fleet = await openMemoryFleet({ config: { actions: [action] }, workflows: [...levels, leaf] });
  const { record } = await fleet.run(root);
  expect(record).toMatchObject({ status: "completed", totals: { turns: 3 } });
  expect(await statusesDown(fleet)).toEqual(everywhere("completed"));
});

test("a cancel goes through a foreach to what its children have started", async () => {
  const slow = waits("hang");
  const middle = flow([child("slow")], { name: "middle" });
  const fleet = await openMemoryFleet({
    config: {
      actions: [slow],
      items: {
        things: { items: async () => ({ items: [{ id: "a", ref: "a", context: {} }], dependencies: [] }) },
      },
    },
    workflows: [middle, flow([call("hang")], { name: "slow" })],
  });
  const top = flow([foreach("each", { workflow: "middle" })], { name: "top" });
  const { ended } = await fleet.start(top);
  await slow.begun;
  await fleet.cancel("RUN");
  expect((await ended()).record.status).toBe("cancelled");
  expect(await statusesDown(fleet)).toEqual(["cancelled", "cancelled", "cancelled"]);
});
