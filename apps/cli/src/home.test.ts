import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheFolder, findConfigFile, findStateFile, homeToUse } from "./home.js";

let root = "";
let project = "";
let inside = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "runfleet-home-"));
  project = join(root, "project");
  inside = join(project, "src", "deep");
  await mkdir(inside, { recursive: true });
  await writeFile(join(project, "package.json"), "{}");
});
afterAll(() => rm(root, { recursive: true }));

describe("the home of a project", () => {
  test("lies in the nearest folder that is a project", () => {
    expect(homeToUse({ env: {}, cwd: inside })).toBe(join(project, ".runfleet"));
  });

  test("is the named one, relative to the current folder", () => {
    expect(homeToUse({ env: { RUNFLEET_HOME: "state" }, cwd: inside })).toBe(join(inside, "state"));
  });

  test("has a state file that is found from below, and nowhere else when a home is named", async () => {
    expect(findStateFile({ env: {}, cwd: inside })).toBeUndefined();
    await mkdir(join(project, ".runfleet"));
    await writeFile(join(project, ".runfleet", "dev.json"), "{}");
    expect(findStateFile({ env: {}, cwd: inside })).toBe(join(project, ".runfleet", "dev.json"));
    expect(findStateFile({ env: { RUNFLEET_HOME: "elsewhere" }, cwd: inside })).toBeUndefined();
  });

  test("shares the nearest cache that exists, and has one beside it otherwise", async () => {
    const home = join(project, ".runfleet");
    expect(cacheFolder(home, { env: {}, cwd: inside })).toBe(join(project, ".cache", "runfleet"));
    await mkdir(join(root, ".cache", "runfleet"), { recursive: true });
    expect(cacheFolder(home, { env: {}, cwd: inside })).toBe(join(root, ".cache", "runfleet"));
    expect(cacheFolder(home, { env: { RUNFLEET_CACHE: "/c" }, cwd: inside })).toBe("/c");
  });
});

test("the configuration is the nearest one, and never one outside of the repository", async () => {
  await writeFile(join(root, "runfleet.config.mjs"), "");
  expect(findConfigFile({ env: {}, cwd: inside })).toBe(join(root, "runfleet.config.mjs"));
  await mkdir(join(project, ".git"));
  expect(findConfigFile({ env: {}, cwd: inside })).toBeUndefined();
  await writeFile(join(project, "runfleet.config.ts"), "");
  expect(findConfigFile({ env: {}, cwd: inside })).toBe(join(project, "runfleet.config.ts"));
});
