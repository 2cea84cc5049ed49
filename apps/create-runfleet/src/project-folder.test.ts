import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkProjectFolder } from "./project-folder.js";
import { Refusal } from "./refusal.js";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "runfleet-create-"));
});
afterAll(() => rm(cwd, { recursive: true }));

test("a folder that is not there, an empty one and a repository without anything are good", () => {
  mkdirSync(join(cwd, "empty"));
  mkdirSync(join(cwd, "repository", ".git"), { recursive: true });
  for (const name of ["new", "empty", "repository", "my.fleet_2"])
    expect(checkProjectFolder(name, cwd)).toEqual({ path: join(cwd, name), name });
  expect(checkProjectFolder(".", join(cwd, "empty")).name).toBe("empty");
});

test.each(["My Project", "UPPER", ".hidden", "_private", "node_modules", "ä", "x".repeat(215)])(
  "no package can be called %s",
  (name) => {
    expect(() => checkProjectFolder(name, cwd)).toThrow(/cannot be the name of a package/);
  },
);

test("what is there is named, and never written into", () => {
  const full = join(cwd, "full");
  mkdirSync(full);
  for (const name of ["a", "b", "c", "d", "e", "f", "g"]) writeFileSync(join(full, name), "");
  expect(() => checkProjectFolder("full", cwd)).toThrow("is not empty: a, b, c, d, e and 2 more.");
  expect(() => checkProjectFolder("full/a", cwd)).toThrow(/full\/a is a file, or lies below one/);
  expect(() => checkProjectFolder("full/a/b", cwd)).toThrow(Refusal);
});
