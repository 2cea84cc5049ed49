// Writes what this version leaves in Redis into compatibility/<version>, what it says of it, and how it goes on from there.
// Needs the built packages. The folder of a version that was published is never written again.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "@runfleet/model";
import { connectRedis } from "@runfleet/store";
import { startEmbeddedRedis } from "@runfleet/testing";
import { finishScene } from "./finish-scene.mjs";
import { readFleet } from "./read-fleet.mjs";
import { epoch, later, readKeys, writeKeys } from "./redis-text.mjs";
import { configOf, laterPool, playScene } from "./scene.mjs";
import { countedLeases, openStillFleet, tag } from "./still-fleet.mjs";

/** @param {string} redisUrl @param {string} dir */
async function takeSnapshot(redisUrl, dir) {
  /** @type {string[]} */
  const begun = [];
  const { fleet, redis, wake, sleeps, work } = openStillFleet(redisUrl);
  const { leases, lose } = countedLeases();
  const config = configOf({ noted: (line) => void begun.push(line), isHeld: () => true });
  const workDir = join(dir, "work");
  const behind = await work({ id: "worker-2", pools: [laterPool], ...{ leases, config, workDir } });
  await work({ id: "worker-1", pools: ["default"], ...{ leases, config, workDir } });
  await playScene({
    ...{ fleet, wake, sleeps },
    loseLease: lose,
    stopLater: () => behind.stop(),
    begun: (line) => begun.includes(line),
  });
  return await readKeys(redis, tag);
}

/** What this version says of it. @param {import("./redis-text.mjs").Keys} keys @param {string} redisUrl */
async function read(keys, redisUrl) {
  const { fleet, redis, close } = openStillFleet(redisUrl);
  await writeKeys(redis, keys);
  const said = await readFleet(fleet);
  await redis.flushall();
  await close();
  return said;
}

/** How this version itself goes on from the snapshot. @param {import("./redis-text.mjs").Keys} keys @param {{ url: string, dir: string }} redis */
async function finish(keys, { url, dir }) {
  const redis = connectRedis(url, { role: "client", tag });
  await writeKeys(redis, later(keys, Math.floor((Date.now() - epoch) / 86_400_000)));
  redis.disconnect();
  return await finishScene({ redisUrl: url, workDir: join(dir, "finish") });
}

const dir = await mkdtemp(join(tmpdir(), "runfleet-snapshot-"));
const servers = await Promise.all(
  ["one", "two"].map((name) => startEmbeddedRedis({ dir: join(dir, name), appendOnly: false })),
);
const [one, two] = servers.map(({ url }) => url);
const keys = await takeSnapshot(String(one), dir);
const said = await read(keys, String(two));
const ends = await finish(keys, { url: String(two), dir });

const target = fileURLToPath(new URL(`../../compatibility/${version}/`, import.meta.url));
await mkdir(target, { recursive: true });
for (const [name, content] of Object.entries({ redis: keys, said, ends })) {
  await writeFile(join(target, `${name}.json`), `${JSON.stringify(content, null, 1)}\n`);
}
process.stdout.write(`${Object.keys(keys).length} keys, ${said.runs.length} runs: ${target}\n`);
await Promise.all(servers.map((server) => server.stop()));
await rm(dir, { recursive: true, force: true });
// Its worker has runs in hand for ever.
process.exit();
