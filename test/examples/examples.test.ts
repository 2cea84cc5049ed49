// Every example is executed, and what it shows in the end is what its `expected.txt` says.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, expect, inject, test } from "vitest";
import { addSchedule } from "../../examples/nightly-report/add-schedule.js";
import { type ExampleFleet, openExample } from "./run-example.js";

const opened: ExampleFleet[] = [];
afterEach(async () => {
  for (const example of opened.splice(0)) await example.close();
});

async function open(folder: string): Promise<ExampleFleet> {
  const example = await openExample(folder, inject("redisUrl"));
  opened.push(example);
  return example;
}

/** Waits for an open gate of this name and answers it. */
async function approve(
  { fleet }: ExampleFleet,
  runId: string,
  gate: string,
  answer: { readonly feedback?: string; readonly selections?: readonly string[] } = {},
): Promise<void> {
  await expect.poll(async () => (await fleet.gates({ runId })).gates.map(({ name }) => name)).toContain(gate);
  await fleet.approve(runId, gate, answer);
}

test("order-fulfilment: an order goes through, and one without a carrier is undone", async () => {
  const example = await open("order-fulfilment");
  const good = await example.run("order-fulfilment", { inputs: { order: "o-1", amount: 12 } });
  const bad = await example.run("order-fulfilment", {
    inputs: { order: "o-2", amount: 30, carrier: "pigeon" },
  });
  example.expectShown([good, bad]);
});

test("document-approval: two people, one after the other", async () => {
  const example = await open("document-approval");
  const run = await example.run("document-approval", { inputs: { title: "Tides" } }, async (id) => {
    await approve(example, id, "legal", { feedback: "no names in it" });
    await approve(example, id, "editor", { selections: ["friday"] });
  });
  example.expectShown([run]);
});

test("data-import: 500 rows, five of them bad", async () => {
  const example = await open("data-import");
  example.expectShown([await example.run("data-import")]);
});

test("ci-pipeline: checks side by side, a flaky one again, a quality gate, the release", async () => {
  const example = await open("ci-pipeline");
  example.expectShown([await example.run("ci-pipeline", { inputs: { version: "1.4.0", release: true } })]);
});

test("agent-review: two agents until nothing is found; a person allows more money", async () => {
  const example = await open("agent-review");
  const run = await example.run("agent-review", { inputs: { task: "the parser" } }, (id) =>
    approve(example, id, "spend_more"),
  );
  example.expectShown([run]);
});

test("incident-triage: acknowledged and ended by signals, one of which comes early", async () => {
  const example = await open("incident-triage");
  const { fleet } = example;
  const run = await example.run("incident-triage", { inputs: { service: "checkout" } }, async (id) => {
    await fleet.signal(id, "monitor-ok", { data: { minutes: 12 } });
    await fleet.signal(id, "acknowledged", { data: { by: "ann" } });
  });
  example.expectShown([run]);
});

test("nightly-report: said twice, scheduled once; a run of it by hand", async () => {
  const example = await open("nightly-report");
  const { fleet } = example;
  expect([await addSchedule(fleet), await addSchedule(fleet)]).toEqual(["created", "unchanged"]);
  const { id } = await fleet.fireSchedule("nightly-report", { by: "ann" });
  await fleet.result(id, { timeoutMs: 40_000 });
  example.expectShown([await fleet.get(id)]);
  await fleet.unschedule("nightly-report");
});

test("own-extensions: what is low is ordered, what others need first, and awaited", async () => {
  const example = await open("own-extensions");
  const run = await example.run("restock");
  const children = await example.fleet.list({ parent: run.id });
  const shown = await Promise.all([...children.runs].reverse().map(({ id }) => example.fleet.get(id)));
  example.expectShown([run, ...shown]);
});

test("event-sink: the sink hears of every run once, from its start to its end", async () => {
  const example = await open("event-sink");
  const { told } = await import("../../examples/event-sink/runfleet.config.js");
  const run = await example.run("greet", { inputs: { whom: "Ann" } });
  await expect.poll(() => told).toContain(`${run.id} run.completed`);
  expect(told.filter((line) => line === `${run.id} run.completed`)).toHaveLength(1);
  example.expectShown([run]);
});

test("no example is left out", () => {
  const folders = readdirSync(fileURLToPath(new URL("../../examples/", import.meta.url)), {
    withFileTypes: true,
  })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
    .map(({ name }) => name);
  const elsewhere = {
    embedding: "test/docs",
    "licence-audit": "the demo",
    "run-archive": "test/e2e",
    testing: "its own test",
  };
  const here = [
    "agent-review",
    "ci-pipeline",
    "data-import",
    "document-approval",
    "event-sink",
    "incident-triage",
    "nightly-report",
    "order-fulfilment",
    "own-extensions",
  ];
  expect(folders.sort()).toEqual([...here, ...Object.keys(elsewhere)].sort());
});
