/**
 * Data that each version wrote, in a real Redis: today's code says of it what that version said, keeps the state of its runs as it
 * is, and brings each run to the end that version would have brought it to, without doing again what was done.
 */
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeState, encodeState } from "@runfleet/engine";
import { version as ownVersion } from "@runfleet/model";
import { startServer } from "@runfleet/server";
import { type EmbeddedRedis, startEmbeddedRedis } from "@runfleet/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Finished, finishScene } from "./finish-scene.mjs";
import { readFleet, type Said } from "./read-fleet.mjs";
import { epoch, type Keys, later, writeKeys } from "./redis-text.mjs";
import { secret } from "./scene.mjs";
import { openStillFleet } from "./still-fleet.mjs";

const folder = new URL("../../compatibility/", import.meta.url);
const versions = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const contentOf = <T>(version: string, name: string): T =>
  JSON.parse(readFileSync(new URL(`${version}/${name}.json`, folder), "utf8")) as T;
const dayMs = 86_400_000;

test("this version has left its data", () => {
  expect(versions).toContain(ownVersion);
});

/** Only that of the version to come may change. */
const titled = versions.map((version) => ({
  version,
  title: version === ownVersion ? `${version}, which npm run snapshot writes anew` : version,
}));

describe.each(titled)("the data of $title", ({ version }) => {
  const keys = contentOf<Keys>(version, "redis");
  const said = contentOf<Said>(version, "said");
  const finished = contentOf<Finished>(version, "ends");
  let dir: string;
  let redis: EmbeddedRedis;
  let still: ReturnType<typeof openStillFleet>;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "runfleet-compatibility-"));
    redis = await startEmbeddedRedis({ dir: join(dir, "redis"), appendOnly: false });
    still = openStillFleet(redis.url);
    await writeKeys(still.redis, keys);
  });
  afterAll(async () => {
    await still.close();
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test("says what it said to that version", async () => {
    expect(await readFleet(still.fleet)).toMatchObject(said);
  });

  test("has a state in each run that is read and written as it is", async () => {
    for (const { run } of said.runs) {
      const parts = await still.store.readState(run.id);
      // A run that nobody has taken yet has none.
      expect("core" in parts, run.id).toBe(run.startedAt !== null);
      if (run.startedAt === null) continue;
      const state = decodeState(parts);
      expect(decodeState(encodeState(state))).toEqual(state);
      if (version === ownVersion) expect(encodeState(state)).toEqual(parts);
    }
  });

  test("is served", async () => {
    const server = await startServer({ fleet: still.fleet, port: 0, log: () => undefined });
    for (const { run } of said.runs) {
      const reply = await fetch(`${server.url}/api/v1/runs/${run.id}`);
      expect(await reply.json()).toMatchObject({ id: run.id, status: run.status, steps: run.steps });
    }
    await server.stop();
  });

  test("goes on to the ends it would have come to, and what was done is not done again", async () => {
    await still.redis.flushall();
    await writeKeys(still.redis, later(keys, Math.floor((Date.now() - epoch) / dayMs)));
    const { ends, executed } = await finishScene({ redisUrl: redis.url, workDir: join(dir, "work") });
    expect({ ends, executed }).toEqual(finished);
    expect(executed).toContain(`vault-1 key=${secret}`);
    for (const { run } of said.runs) {
      for (const { name, kind } of run.steps.filter((step) => step.kind === "call")) {
        const timesIn = (names: readonly string[]) => names.filter((each) => each === name).length;
        const before = timesIn(run.steps.flatMap((step) => (step.endedAt === null ? [] : [step.name])));
        const all = timesIn((ends[run.id]?.steps ?? []).map((step) => step.split(" ")[0] ?? ""));
        const again = executed.filter((line) => line === `${run.id} ${name}`).length;
        expect({ run: run.id, name, kind, isRepeated: again > all - before }).toMatchObject({
          isRepeated: false,
        });
      }
    }
  });
});
