/** The demo as a newcomer meets it: `npm start -- --once` on the real packages of this clone. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoProcess, projectRoot, startDemoByNpm } from "../support/demo-process.js";
import { eventually } from "../support/eventually.js";

describe("demo", () => {
  let demo: DemoProcess;
  let exitCode: number | null;

  beforeAll(async () => {
    demo = await startDemoByNpm(["--once"]);
    exitCode = await demo.exitCode();
  });
  afterAll(() => demo.clean());

  it("exits 0 and prints the run id, a line per step and the report's path", () => {
    expect(exitCode, demo.output()).toBe(0);
    expect(demo.output()).toMatch(/run [0-9A-HJKMNP-TV-Z]{26}/);
    for (const step of [
      "find-packages",
      "packages",
      "count-licences",
      "check-policy",
      "human_review",
      "write-report",
    ]) {
      expect(demo.output()).toContain(step);
    }
    expect(demo.output()).toContain(join(demo.home, "reports", "licence-audit.md"));
  });

  it("shares the work between two worker processes", () => {
    const shares = [...demo.output().matchAll(/worker (\S+) executed (\d+) child runs/g)];
    expect(shares.length).toBeGreaterThanOrEqual(2);
    for (const [, , runs] of shares) expect(Number(runs)).toBeGreaterThan(0);
  });

  it("reports what is really installed: the same as a count made in another way", async () => {
    const report = await demo.report();
    const counted = countFromListing();
    expect(report.unread).toEqual([]);
    expect(report.byLicence).toEqual(Object.fromEntries(counted));
    expect(report.packages).toBe([...counted.values()].reduce((sum, count) => sum + count, 0));
    expect(report.packages).toBeGreaterThan(50);
  });

  it("leaves no process behind", async () => {
    await eventually("no process of the demo is left", () =>
      processesMentioning(demo.home) === 0 ? true : undefined,
    );
  });
});

/**
 * Packages per licence, counted in another way than the demo counts: one flat listing of all files, packages recognised
 * by their path alone, the licence cut out of the text. What a package bundles in a folder of its own is part of it.
 */
function countFromListing(): ReadonlyMap<string, number> {
  const modules = join(projectRoot, "node_modules");
  const packageFile = /\/\.pnpm\/[^/]+\/node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/;
  const counts = new Map<string, number>();
  // Whether a listing follows links differs between versions of Node: each real file counts once.
  const listed = readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter(({ name }) => name === "package.json")
    .map(({ parentPath, name }) => realpathSync(join(parentPath, name)));
  for (const path of new Set(listed)) {
    if (!packageFile.test(path)) continue;
    const text = readFileSync(path, "utf8");
    if (!/"name"\s*:/.test(text)) continue;
    const [, plain, typed] =
      /"licen[cs]e"\s*:\s*(?:"([^"]+)"|\{[^}]*"type"\s*:\s*"([^"]+)")/.exec(text) ?? [];
    const licence = plain ?? typed ?? "undeclared";
    counts.set(licence, (counts.get(licence) ?? 0) + 1);
  }
  return counts;
}

function processesMentioning(text: string): number {
  const rows = execFileSync("ps", ["-eo", "pid=,stat=,args="], { encoding: "utf8" }).split("\n");
  return rows.filter((row) => row.includes(text) && !/^\s*\d+\s+Z/.test(row)).length;
}
