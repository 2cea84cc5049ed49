import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { markProcess } from "@runfleet/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type KeptProcess, keepProcess } from "./keep-process.js";

let root = "";
let kept: KeptProcess | undefined;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "runfleet-keep-"));
});
afterEach(() => kept?.kill());
afterAll(() => rm(root, { recursive: true }));

function keep(program: string) {
  const lines: string[] = [];
  const logFile = join(root, `${Math.random()}.log`);
  kept = keepProcess({
    name: "worker 1",
    command: ["-e", program],
    env: process.env,
    logFile,
    log: (line) => lines.push(line),
    onChange: () => {},
    stopMs: 300,
  });
  return { process: kept, lines, logFile };
}

const working =
  'console.log("hello"); process.send({}); setInterval(() => {}, 1000); process.on("disconnect", () => process.exit());';

describe("a kept process", () => {
  test("is ready when it says so, writes to its log, and is gone after a stop", async () => {
    const { process: worker, logFile } = keep(working);
    await worker.ready;
    const pid = worker.pid() ?? 0;
    expect(await markProcess(pid)).toBeDefined();
    await worker.stop();
    expect(await markProcess(pid)).toBeUndefined();
    expect(await readFile(logFile, "utf8")).toContain("hello");
  });

  test("is started again when it was killed", async () => {
    const { process: worker, lines } = keep(working);
    await worker.ready;
    const first = worker.pid() ?? 0;
    process.kill(first, "SIGKILL");
    await expect.poll(() => worker.pid() ?? first).not.toBe(first);
    expect(lines).toEqual(["worker 1 ended with SIGKILL; starting it again in 250 ms"]);
    await worker.stop();
  });

  test("that dies takes along what it had started in its group", async () => {
    const parent = `
      const child = require("node:child_process").spawn("sleep", ["1000"]);
      console.log(child.pid);
      process.send({});
      setInterval(() => {}, 1000);`;
    const { process: worker, logFile } = keep(parent);
    await worker.ready;
    const sleeper = Number((await readFile(logFile, "utf8")).trim());
    expect(await markProcess(sleeper)).toBeDefined();
    process.kill(worker.pid() ?? 0, "SIGKILL");
    await expect.poll(() => markProcess(sleeper)).toBeUndefined();
  });

  test("is given up with the end of its log when it cannot be used at all", async () => {
    const { process: worker } = keep('console.error("no such config"); process.exit(2)');
    await expect(worker.ready).rejects.toMatchObject({
      code: "invalid_config",
      message: expect.stringContaining("no such config"),
    });
    expect(worker.pid()).toBeUndefined();
  });

  test("that does not stop by itself is killed with everything it started", async () => {
    const stubborn = `
      const child = require("node:child_process").spawn("sleep", ["1000"], { detached: true });
      console.log(child.pid);
      process.on("SIGTERM", () => {});
      process.send({});
      setInterval(() => {}, 1000);`;
    const { process: worker, logFile } = keep(stubborn);
    await worker.ready;
    const sleeper = Number((await readFile(logFile, "utf8")).trim());
    await worker.stop();
    await expect.poll(() => markProcess(sleeper)).toBeUndefined();
  });
});
