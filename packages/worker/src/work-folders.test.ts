import { mkdir, mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { removeOldFolders } from "./work-folders.js";

it("old folders of runs and logs are deleted, young ones and everything else stay", async () => {
  const rootDir = await mkdtemp(join(tmpdir(), "runfleet-folders-"));
  onTestFinished(() => rm(rootDir, { recursive: true, force: true }));
  const now = Date.now();
  const old = new Date(now - 10_000);
  for (const path of ["runs/old", "runs/young", "logs/old", "other/old"]) {
    await mkdir(join(rootDir, path), { recursive: true });
    if (path.endsWith("old")) await utimes(join(rootDir, path), old, old);
  }
  expect(await removeOldFolders({ rootDir, olderThanMs: 5_000, now })).toBe(2);
  expect(await readdir(join(rootDir, "runs"))).toEqual(["young"]);
  expect(await readdir(join(rootDir, "other"))).toEqual(["old"]);
});

it("a folder that is not there holds nothing", async () => {
  expect(await removeOldFolders({ rootDir: "/nowhere/at/all", olderThanMs: 0, now: 1 })).toBe(0);
});
