import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createProject } from "./create-project.js";
import { Refusal } from "./refusal.js";

const cwd = mkdtempSync(join(tmpdir(), "runfleet-create-"));
afterAll(() => rmSync(cwd, { recursive: true }));

test("a folder that the system does not let be made is refused in words", () => {
  symlinkSync(join(cwd, "not-there"), join(cwd, "dangling"));
  const make = () => createProject({ folder: "dangling", cwd, version: "1.2.3" });
  expect(make).toThrow(Refusal);
  expect(make).toThrow(`${join(cwd, "dangling")} cannot be made or written to (E`);
});
