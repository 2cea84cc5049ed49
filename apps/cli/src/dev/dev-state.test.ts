import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findFleet } from "../find-fleet.js";
import { claimHome, readDevState } from "./dev-state.js";

let root = "";
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "runfleet-state-"));
});
afterAll(() => rm(root, { recursive: true }));

function freshHome(): string {
  count += 1;
  return join(root, `home-${count}`);
}

const placeOf = (home: string) => ({ env: { RUNFLEET_HOME: home }, cwd: root });
const deadState = {
  owner: { pid: 2 ** 22 + 1 },
  namespace: "rf",
  startedAt: "",
  redisUrl: "redis://127.0.0.1:7000",
};

describe("a claimed home", () => {
  test("keeps a second fleet out until it is released", async () => {
    const home = freshHome();
    const claim = await claimHome(home, "rf");
    await expect(claimHome(home, "rf")).rejects.toMatchObject({
      code: "invalid_usage",
      message: expect.stringContaining(`pid ${process.pid}`),
    });
    await claim.release();
    await (await claimHome(home, "rf")).release();
  });

  test("is taken over from a process that is gone", async () => {
    const home = freshHome();
    await (await claimHome(home, "rf")).release();
    await writeFile(join(home, "dev.json"), JSON.stringify(deadState));
    const claim = await claimHome(home, "other");
    expect(await readDevState(join(home, "dev.json"))).toMatchObject({
      owner: { pid: process.pid },
      namespace: "other",
    });
    await claim.release();
  });

  test("shows the newest of several updates, and nothing after its release", async () => {
    const home = freshHome();
    const claim = await claimHome(home, "rf");
    await Promise.all([claim.update({ workerPids: [1] }), claim.update({ workerPids: [1, 2] })]);
    expect(await readDevState(join(home, "dev.json"))).toMatchObject({ workerPids: [1, 2] });
    const late = claim.update({ workerPids: [] });
    await claim.release();
    await late;
    expect(await readDevState(join(home, "dev.json"))).toBeUndefined();
  });
});

describe("a command finds its fleet", () => {
  test("by flag, then by environment, without repeating the password", async () => {
    const place = { env: { REDIS_URL: "redis://env:1" }, cwd: root };
    const found = await findFleet({ redis: "redis://user:hunter2@flag:1/3" }, place);
    expect(found).toEqual({
      redisUrl: "redis://user:hunter2@flag:1/3",
      namespace: "rf",
      place: "redis://flag:1/3, namespace rf (from --redis)",
    });
    expect(await findFleet({ namespace: "n" }, place)).toMatchObject({
      redisUrl: "redis://env:1",
      namespace: "n",
    });
  });

  test("by the state that a living fleet left, with its namespace", async () => {
    const home = freshHome();
    const claim = await claimHome(home, "team");
    await expect(findFleet({}, placeOf(home))).rejects.toThrowError(/still starting/);
    await claim.update({ redisUrl: "redis://127.0.0.1:7000" });
    expect(await findFleet({}, placeOf(home))).toMatchObject({
      redisUrl: "redis://127.0.0.1:7000",
      namespace: "team",
    });
    await claim.release();
  });

  test("and is told when that fleet is gone, or when there is none", async () => {
    const home = freshHome();
    await expect(findFleet({}, placeOf(home))).rejects.toMatchObject({ code: "redis_unavailable" });
    await (await claimHome(home, "rf")).release();
    await writeFile(join(home, "dev.json"), JSON.stringify(deadState));
    await expect(findFleet({}, placeOf(home))).rejects.toThrowError(/no longer runs/);
    await writeFile(join(home, "dev.json"), "{");
    await expect(findFleet({}, placeOf(home))).rejects.toThrowError(/cannot be read/);
  });
});
