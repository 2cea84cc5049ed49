/**
 * What a run costs in round trips, counted by the server: its producer one flight, its worker one per inline step and two
 * besides, or one when the first step is known to end at once.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { connectRedis, partitionTag } from "@runfleet/store";
import { createFleetWorker } from "@runfleet/worker";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { activateRun } from "../../../packages/store/src/generated/activate-run.js";
import { commitRun } from "../../../packages/store/src/generated/commit-run.js";
import { confirmOutbox } from "../../../packages/store/src/generated/confirm-outbox.js";
import { createRun } from "../../../packages/store/src/generated/create-run.js";
import { finishRun } from "../../../packages/store/src/generated/finish-run.js";
import { silentLog } from "../../support/silent-log.js";

const redisUrl = inject("redisUrl");
const namespace = `trips-${randomUUID().slice(0, 8)}`;
const workerId = `counted-${namespace}`;
const tag = partitionTag(namespace, 0);
const queueKeys = `${tag}:default:`;
const scripts = [activateRun, commitRun, confirmOutbox, createRun, finishRun];
const names = new Map(scripts.map(({ sha1, name }) => [sha1, name]));
const redis = connectRedis(redisUrl, { role: "client", tag });
let workDir: string;
let fleet: FleetClient;

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), "runfleet-trips-"));
  fleet = createClient({ redis: redisUrl, namespace });
  const steps = (count: number) => Array.from({ length: count }, (_, index) => `call s${index}`).join(" ");
  await fleet.publish([1, 10].map((count) => ({ source: `workflow of_${count} { ${steps(count)} }` })));
});

afterAll(async () => {
  await fleet?.close();
  redis.disconnect();
  if (workDir !== undefined) await rm(workDir, { recursive: true, force: true });
});

/** An action is taken for quick once it was. */
const runsWatched = 10;

interface Sent {
  readonly from: string;
  readonly words: readonly string[];
}

/** What the connections whose name ends so send to the server, for as long as `work` lasts. */
async function sentBy(name: string, work: () => Promise<string>): Promise<readonly (readonly string[])[]> {
  const clients = String(await redis.client("LIST"));
  const addresses = [...clients.matchAll(/addr=(\S+) .*?name=(\S*)/g)].flatMap(([, address, own]) =>
    own?.endsWith(name) ? [address] : [],
  );
  const watcher = await redis.monitor();
  const sent: Sent[] = [];
  watcher.on("monitor", (_time, words: string[], from: string) => sent.push({ from, words }));
  const end = `end of ${await work()}`;
  await redis.echo(end);
  await expect.poll(() => sent.some(({ words }) => words.includes(end))).toBe(true);
  watcher.disconnect();
  return sent.filter(({ from }) => addresses.includes(from)).map(({ words }) => words);
}

/**
 * What a worker of its own asked Redis about each of some runs, but for BullMQ's part: the names of the commands, in their
 * order.
 */
async function askedFor(workflow: string): Promise<readonly (readonly string[])[]> {
  const worker = await createFleetWorker({
    ...{ redisUrl, namespace, workDir, workerId, log: silentLog },
    config: { fallback: { name: "nothing", run: async () => ({}) } },
  });
  // The server knows the scripts from here on.
  await (await fleet.start(workflow)).result();
  const ids: string[] = [];
  const sent = await sentBy(workerId, async () => {
    while (ids.length < runsWatched) {
      const run = await fleet.start(workflow);
      await run.result();
      ids.push(run.id);
    }
    await worker.stop();
    return workflow;
  });
  return ids.map((id) =>
    sent
      .filter((words) => words.some((word) => word.includes(id)))
      .flatMap((words) => (words.some((word) => word.startsWith(queueKeys)) ? [] : [nameOf(words)])),
  );
}

function nameOf([command = "", script = "", , key = ""]: readonly string[]): string {
  return names.get(script) ?? (key.includes(":lease:") ? "lease" : `${command} ${script}`);
}

function roundTrips(commits: number): readonly string[] {
  return ["activate_run", ...Array.from({ length: commits }, () => "commit_run"), "finish_run"];
}

test.skipIf(inject("redisKind") === "js").for([1, 10])(
  "a run of %i inline steps costs one round trip per step and two besides, one less when the first ends at once",
  async (steps) => {
    const asked = await askedFor(`of_${steps}`);
    // On a machine that stands still now and then even this action does not look quick.
    for (const run of asked) expect([roundTrips(steps), roundTrips(steps - 1)]).toContainEqual(run);
    expect(asked).toContainEqual(roundTrips(steps - 1));
  },
);

test.skipIf(inject("redisKind") === "js")(
  "a start costs its producer one flight: the run and its job, once it knows the workflow",
  async () => {
    const producer = createClient({ redis: redisUrl, namespace });
    for (const _ of [1, 2]) await producer.start("of_1");
    await redis.client("SETNAME", "watching");
    const sent = await sentBy("runfleet-client", async () => (await producer.start("of_1")).id);
    await producer.close();
    const jobs = (words: readonly string[]) => words.some((word) => word.startsWith(queueKeys));
    expect(sent.map((words) => (jobs(words) ? "job" : nameOf(words)))).toEqual(["create_run", "job"]);
  },
);
