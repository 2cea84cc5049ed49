/** What lies in Redis says who may work with it; everybody who begins looks, and nobody looks again. */
import { randomUUID } from "node:crypto";
import { createClient, type FleetClient } from "@runfleet/client";
import { type Layout, layout, version } from "@runfleet/model";
import { checkLayout, claimLayout, connectRedis, createRedisStore, partitionTag } from "@runfleet/store";
import { createFleetWorker } from "@runfleet/worker";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { createProgram } from "../../apps/cli/src/program.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { silentLog } from "../support/silent-log.js";

const redisUrl = inject("redisUrl");
const redis = connectRedis(redisUrl, { role: "client", tag: "{layout:0}" });
const source = "workflow greet { call hello }";
const refused = { code: "incompatible_layout" };

let namespace = "";
let tag = "";
let fleet: FleetClient;

beforeEach(() => {
  namespace = `layout-${randomUUID().slice(0, 8)}`;
  tag = partitionTag(namespace, 0);
  fleet = createClient({ redis: redisUrl, namespace });
});
afterEach(async () => {
  await fleet.close();
  const left = await redis.keys(`${tag}*`);
  if (left.length > 0) await redis.del(...left);
});

const stamp = () => redis.hgetall(`${tag}:layout`);
const own = {
  version: String(layout.version),
  oldestWriter: String(layout.oldestWriter),
  writtenBy: version,
};
/** Data of a build to come, beside which today's may not write. */
const newer = { version: "99", oldestWriter: "99", writtenBy: "9.9.0" };
const writeStamp = (fields: Record<string, string>) => redis.hset(`${tag}:layout`, fields);

const work = () =>
  createFleetWorker({ redisUrl, namespace, log: silentLog, config: {}, workDir: "/nonexistent" });

async function doctor(): Promise<{ code: number; layout: unknown }> {
  const { cli, printed, exitCode } = fakeTerminal({ globals: { json: true, namespace, redis: redisUrl } });
  await createProgram(cli).parseAsync(["node", "runfleet", "doctor"]);
  const { findings } = JSON.parse(printed()) as { findings: { check: string }[] };
  return { code: exitCode(), layout: findings.find(({ check }) => check === "layout") };
}

test("whoever publishes or works first says the layout; reading writes nothing", async () => {
  await fleet.list();
  expect(await redis.keys(`${tag}*`)).toEqual([]);
  await fleet.publish([{ source }]);
  expect(await stamp()).toEqual(own);
  await redis.del(`${tag}:layout`);
  const worker = await work();
  expect(await stamp()).toEqual(own);
  await worker.stop();
});

test("data of a newer layout is refused by client, worker and commands, which say what to start instead", async () => {
  await fleet.publish([{ source }]);
  await writeStamp(newer);
  const later = createClient({ redis: redisUrl, namespace });
  for (const call of [() => later.list(), () => later.start("greet"), () => later.events("x").next()])
    await expect(call()).rejects.toMatchObject({ ...refused, message: expect.stringContaining("9.9.0") });
  await expect(work()).rejects.toMatchObject(refused);
  expect(await doctor()).toMatchObject({
    code: 1,
    layout: { status: "problem", found: "layout 99 of Runfleet 9.9.0" },
  });
  expect((await fleet.list()).runs).toEqual([]);
  await writeStamp(own);
  expect((await later.list()).runs).toEqual([]);
  expect(await doctor()).toMatchObject({ layout: { status: "ok" } });
  await later.close();
});

test("data of a newer layout beside which this build may write is as good as its own, and stays what it is", async () => {
  const gentle = { ...newer, oldestWriter: own.version };
  await writeStamp(gentle);
  const worker = await work();
  await fleet.publish([{ source }]);
  const { id } = await fleet.start("greet");
  expect((await fleet.result(id)).status).toBe("failed");
  expect(await stamp()).toEqual(gentle);
  await worker.stop();
});

test("a build whose data older workers cannot read waits until they have gone, and its clients for its workers", async () => {
  const code: Layout = { version: 50, oldestWriter: 50, oldestRead: 1 };
  const worker = await work();
  const store = createRedisStore({ redis, namespace });
  const claim = () => claimLayout({ redis, tag, code, workers: () => store.listWorkers() });
  await expect(checkLayout({ redis, tag, code })).rejects.toMatchObject(refused);
  await expect(claim()).rejects.toMatchObject({ ...refused, message: expect.stringContaining(worker.id) });
  expect(await stamp()).toEqual(own);
  await worker.stop();
  await claim();
  expect(await stamp()).toEqual({ version: "50", oldestWriter: "50", writtenBy: version });
  await checkLayout({ redis, tag, code });
  await expect(work()).rejects.toMatchObject(refused);
  await store.close();
});
