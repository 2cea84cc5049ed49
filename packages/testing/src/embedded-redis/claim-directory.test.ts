// Claims with real processes: who wins, what a dead owner leaves behind, what is never touched.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claimDirectory } from "./claim-directory.js";
import { isStillRunning, markProcess } from "./process-mark.js";

let dir: string;
const lines: string[] = [];
const children: ChildProcess[] = [];
const log = (line: string): void => void lines.push(line);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "runfleet-claim-"));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  lines.length = 0;
  await rm(dir, { recursive: true, force: true });
});

async function startProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  children.push(child);
  await new Promise((resolve) => child.once("spawn", resolve));
  return child.pid ?? 0;
}

/** A claim as another process would have left it. */
async function leaveClaim(name: string, record: unknown): Promise<void> {
  await writeFile(join(dir, `embedded-redis.${name}.claim`), JSON.stringify(record));
}

test("a free directory is claimed, and released without a trace", async () => {
  const claim = await claimDirectory(dir, log);
  expect(await readdir(dir)).toHaveLength(1);
  await claim.release();
  expect(await readdir(dir)).toEqual([]);
});

test("a directory with a running server is refused at once, with its owner and address", async () => {
  const claim = await claimDirectory(dir, log);
  await claim.noteServer({ pid: process.pid, port: 7001 });
  await expect(claimDirectory(dir, log)).rejects.toMatchObject({
    code: "redis_unavailable",
    message: expect.stringMatching(
      new RegExp(`pid ${process.pid}\\) runs the embedded Redis .* at redis://127\\.0\\.0\\.1:7001`),
    ),
  });
  await claim.release();
  await (await claimDirectory(dir, log)).release();
});

test("of many simultaneous starters at most one gets the directory", async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => claimDirectory(dir, log)));
  const winners = results.filter((result) => result.status === "fulfilled");
  expect(winners.length).toBeLessThanOrEqual(1);
  for (const winner of winners) await winner.value.release();
});

test("two simultaneous starters end with exactly one owner", async () => {
  const results = await Promise.allSettled([claimDirectory(dir, log), claimDirectory(dir, log)]);
  expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("the claim of a dead owner is taken over and its server is stopped", async () => {
  const serverPid = await startProcess();
  const server = await markProcess(serverPid);
  if (server === undefined) throw new Error("the process should run");
  // A pid that is alive but began at another time belongs to somebody else: the owner is dead.
  await leaveClaim("1-a", { owner: { pid: process.pid, began: "another life" }, server });
  const claim = await claimDirectory(dir, log);
  expect(await isStillRunning(server)).toBe(false);
  expect(lines).toEqual([expect.stringContaining(`pid ${serverPid}`)]);
  expect(await readdir(dir)).toHaveLength(1);
  await claim.release();
});

test("a process that only got the dead server's pid is left alone", async () => {
  const pid = await startProcess();
  await leaveClaim("1-a", {
    owner: { pid: process.pid, began: "another life" },
    server: { pid, began: "another life" },
  });
  await (await claimDirectory(dir, log)).release();
  expect(await markProcess(pid)).toBeDefined();
  expect(lines).toEqual([]);
});

test("a claim file nobody can read does not block the directory", async () => {
  await writeFile(join(dir, "embedded-redis.x.claim"), "not json");
  await (await claimDirectory(dir, log)).release();
  expect(await readdir(dir)).toEqual([]);
});
