/** What a run costs in round trips, counted by the server: one per inline step, and four besides. */
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
import { finishRun } from "../../../packages/store/src/generated/finish-run.js";
import { silentLog } from "../../support/silent-log.js";

const redisUrl = inject("redisUrl");
const namespace = `trips-${randomUUID().slice(0, 8)}`;
const workerId = `counted-${namespace}`;
const tag = partitionTag(namespace, 0);
const queueKeys = `${tag}:default:`;
const names = new Map([activateRun, commitRun, finishRun].map(({ sha1, name }) => [sha1, name]));
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

interface Sent {
  readonly from: string;
  readonly words: readonly string[];
}

/** What a worker of its own asked Redis about one run, but for BullMQ's part: the names of the commands, in their order. */
async function askedFor(workflow: string): Promise<readonly string[]> {
  const worker = await createFleetWorker({
    ...{ redisUrl, namespace, workDir, workerId, log: silentLog },
    config: { fallback: { name: "nothing", run: async () => ({}) } },
  });
  // The server knows the scripts from here on.
  await (await fleet.start(workflow)).result();
  const clients = await redis.client("LIST");
  const addresses = [...String(clients).matchAll(/addr=(\S+) .*?name=(\S*)/g)].flatMap(([, address, name]) =>
    name?.endsWith(workerId) ? [address] : [],
  );
  const watcher = await redis.monitor();
  const sent: Sent[] = [];
  watcher.on("monitor", (_time, words: string[], from: string) => sent.push({ from, words }));
  const run = await fleet.start(workflow);
  await run.result();
  await worker.stop();
  await redis.echo(`end of ${run.id}`);
  await expect.poll(() => sent.some(({ words }) => words.includes(`end of ${run.id}`))).toBe(true);
  watcher.disconnect();
  return sent
    .filter(({ from, words }) => addresses.includes(from) && words.some((word) => word.includes(run.id)))
    .flatMap(({ words }) => (words.some((word) => word.startsWith(queueKeys)) ? [] : [nameOf(words)]));
}

function nameOf([command = "", script = "", , key = ""]: readonly string[]): string {
  return names.get(script) ?? (key.includes(":lease:") ? "lease" : `${command} ${script}`);
}

test.skipIf(inject("redisKind") === "js").for([1, 10])(
  "a run of %i inline steps costs one round trip per step and four besides",
  async (steps) => {
    expect(await askedFor(`of_${steps}`)).toEqual([
      "lease",
      "activate_run",
      ...Array.from({ length: steps }, () => "commit_run"),
      "finish_run",
      "lease",
    ]);
  },
);
