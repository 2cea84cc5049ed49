/** A worker that keeps five runs of a workflow, and an archive that is down for a while. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { connectRedis, partitionTag } from "@runfleet/store";
import { createFleetWorker, type EventSink, type FleetWorker, jsonLinesArchive } from "@runfleet/worker";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { readArchive } from "../../examples/run-archive/read-archive.mjs";
import { eventually } from "../support/eventually.js";

const namespace = `keep-${randomUUID().slice(0, 8)}`;
const redisUrl = inject("redisUrl");
const warnings: string[] = [];
const log = {
  info: () => undefined,
  warn: (message: string) => void warnings.push(message),
  error: (message: string) => void warnings.push(message),
};

let client: FleetClient;
let worker: FleetWorker;
let folder: string;
let mend: () => void = () => undefined;

/** Throws, then makes its caller wait until it is mended. */
function downAtFirst(sink: EventSink): EventSink {
  const mended = new Promise<void>((resolve) => {
    mend = resolve;
  });
  let calls = 0;
  return {
    name: sink.name,
    async deliver(events, context) {
      calls += 1;
      if (calls === 1) throw new Error("the disk is full");
      await mended;
      await sink.deliver(events, context);
    },
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runfleet-retention-"));
  client = createClient({ redis: redisUrl, namespace });
  worker = await createFleetWorker({
    ...{ redisUrl, namespace, log, sweepMs: 100, workDir: join(folder, "work") },
    config: {
      fallback: { name: "any", run: () => Promise.resolve({}) },
      sinks: [downAtFirst(jsonLinesArchive({ directory: join(folder, "archive"), fileBytesMax: 20_000 }))],
      retention: { workflows: { family: { count: 5 } } },
    },
  });
  await client.publish([
    { source: "workflow leaf { call work }" },
    {
      source: `workflow family {
        inputs { list required }
        foreach each { over = json filter = { from = "list" } workflow = leaf max_parallel = 2 }
      }`,
    },
  ]);
});
afterAll(async () => {
  await worker.stop();
  await client.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts families at once and waits for their ends; gives the ids of the roots. */
async function endFamilies(lists: readonly string[]): Promise<string[]> {
  const runs = await Promise.all(lists.map((list) => client.start("family", { inputs: { list } })));
  await Promise.all(runs.map((run) => run.result({ timeoutMs: 30_000 })));
  return runs.map(({ id }) => id);
}

async function idsOf(workflow: string): Promise<string[]> {
  return (await client.list({ workflow, limit: 100 })).runs.map(({ id }) => id);
}

async function history(runId: string): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const { type, at } of client.events(runId, { until: "history" })) events.push([type, at]);
  return events;
}

test("five families stay, the archive has the others, and nothing leaves before it does", async () => {
  const gone = await endFamilies(['["a","b"]', ...Array<string>(23).fill("[]"), '["c"]']);
  const kept = await endFamilies([...Array<string>(4).fill("[]"), '["d","e","f"]']);
  const leaves = await idsOf("leaf");
  expect(leaves).toHaveLength(6);
  await eventually("a run is held", () =>
    warnings.find((message) => message === "ended runs stay, since a sink has not taken their events yet"),
  );
  expect((await idsOf("family")).sort()).toEqual([...gone, ...kept].sort());
  const all = [...gone, ...kept, ...leaves];
  const histories = new Map(await Promise.all(all.map(async (id) => [id, await history(id)] as const)));

  mend();
  await eventually("only five families are there", async () =>
    (await idsOf("family")).length === 5 && (await idsOf("leaf")).length === 3 ? true : undefined,
  );
  expect((await idsOf("family")).sort()).toEqual([...kept].sort());
  const family = await client.get(kept.at(-1) ?? "");
  expect([...family.children].sort()).toEqual((await idsOf("leaf")).sort());
  expect((await client.fleet()).kept).toMatchObject([{ workflow: "family", runs: 5 }]);
  expect(await keysOf(new Set([...gone, ...leaves.filter((id) => !family.children.includes(id))]))).toEqual(
    [],
  );

  await eventually("the archive has the newest event", async () => {
    const archived = await readArchive(join(folder, "archive"));
    return all.every((id) => archived.get(id)?.length === histories.get(id)?.length) ? true : undefined;
  });
  const archived = await readArchive(join(folder, "archive"));
  for (const id of all) {
    expect(archived.get(id)?.map(({ type, at }) => [type, at])).toEqual(histories.get(id));
  }
  expect(warnings).not.toContain("runs were removed before every sink had their events");
});

/** Keys of runs, other than their jobs, which are BullMQ's. */
async function keysOf(runs: ReadonlySet<string>): Promise<string[]> {
  const redis = connectRedis(redisUrl, { role: "client", tag: partitionTag(namespace, 0) });
  const prefix = `${partitionTag(namespace, 0)}:run:`;
  const keys = await redis.keys(`${prefix}*`);
  redis.disconnect();
  return keys.filter((key) => runs.has(key.slice(prefix.length).split(":")[0] ?? ""));
}
