/** A development fleet as processes: it restarts what dies, keeps others out, and leaves nothing behind. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { type CliProject, type DevProcess, openProject, runningOf } from "../support/built-cli.js";

let project: CliProject;
let dev: DevProcess | undefined;
beforeEach(async () => {
  project = await openProject();
});
afterEach(async () => {
  dev?.child.kill("SIGKILL");
  dev = undefined;
  await project.remove();
});

const sleepy = `workflow sleepy {
  meta { description = "d" targets = ["repo"] }
  script work { run = "echo $$ > pid; exec sleep 600" }
}
`;

test("a killed worker is replaced, and Ctrl-C leaves no process and no state", async () => {
  dev = await project.dev(["--port", "0", "--workers", "2"]);
  const before = await project.state();
  expect(await (await fetch(`${before.serverUrl}/readyz`)).text()).toBe("ok\n");
  const [victim = 0, survivor = 0] = before.workerPids;
  process.kill(victim, "SIGKILL");
  const isReplaced = async (): Promise<boolean> => {
    const { workerPids } = await project.state();
    return workerPids.length === 2 && !workerPids.includes(victim);
  };
  await expect.poll(isReplaced, { timeout: 30_000 }).toBe(true);
  const after = await project.state();
  expect(after.workerPids).toContain(survivor);

  const second = await project.run(["dev", "--port", "0"]);
  expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining(`pid ${before.owner.pid}`) });

  expect(await dev.end("SIGINT"), dev.output()).toBe(0);
  expect(await runningOf([...after.workerPids, after.redisPid, after.owner.pid])).toEqual([]);
  expect(existsSync(join(project.folder, ".runfleet", "dev.json"))).toBe(false);
  expect((await project.run(["list"])).code).toBe(5);
});

test("what was started before is there after the next start", async () => {
  await project.write(
    "quick.wf",
    sleepy.replace("echo $$ > pid; exec sleep 600", "true").replace("sleepy", "quick"),
  );
  dev = await project.dev(["--port", "0", "--workers", "0"]);
  const { id } = (await project.json(["start", "quick.wf"])) as { readonly id: string };
  expect(await dev.end("SIGTERM")).toBe(0);
  dev = await project.dev(["--port", "0", "--workers", "1"]);
  const watched = await project.run(["watch", id]);
  expect(watched.code, watched.stdout + watched.stderr).toBe(0);
  expect(await dev.end("SIGTERM")).toBe(0);
});

/** Unlike any other sleep on this machine. */
const nap = `sleep 300.${process.pid}`;
const napping = `workflow napping {
  meta { description = "d" targets = ["repo"] }
  script work { run = "${nap}" }
}
`;

/** The watcher of a script's process group gives it 5 s between SIGTERM and SIGKILL, and is itself one of them. */
const nappersGoneMs = 30_000;

/** Every process that executes the script, waits for it or watches it: pids. */
function nappers(): readonly number[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,stat=,args="], { encoding: "utf8" }).split("\n");
  return rows
    .map((row) => /^\s*(\d+)\s+([^\s]+)\s+(.*)$/.exec(row) ?? [])
    .filter(([, , stat = "", args = ""]) => args.includes(nap) && !stat.startsWith("Z"))
    .map(([, pid]) => Number(pid));
}

async function untilNapping(): Promise<readonly number[]> {
  await expect.poll(() => nappers().length, { timeout: 30_000 }).toBeGreaterThan(0);
  return nappers();
}

test("a killed worker leaves no script behind, and Ctrl-C leaves none of the next worker's", async () => {
  await project.write("napping.wf", napping);
  dev = await project.dev(["--port", "0", "--workers", "1"], { RUNFLEET_GRACE_MS: "500" });
  await project.json(["start", "napping.wf"]);
  const first = await untilNapping();
  const { workerPids } = await project.state();
  process.kill(workerPids[0] ?? 0, "SIGKILL");
  await expect
    .poll(() => nappers().filter((pid) => first.includes(pid)), { timeout: nappersGoneMs })
    .toEqual([]);

  // The next worker executes the script again; it does not outlive an end in order either.
  await untilNapping();
  expect(await dev.end("SIGINT"), dev.output()).toBe(0);
  expect(nappers()).toEqual([]);
});

test("a fleet whose process was killed takes everything with it in seconds, and commands say so", async () => {
  await project.write("napping.wf", napping);
  dev = await project.dev(["--port", "0", "--workers", "1"]);
  await project.json(["start", "napping.wf"]);
  await untilNapping();
  const { workerPids, redisPid } = await project.state();
  await dev.end("SIGKILL");
  await expect.poll(() => runningOf([...workerPids, redisPid]), { timeout: 15_000 }).toEqual([]);
  await expect.poll(nappers, { timeout: nappersGoneMs }).toEqual([]);
  const list = await project.run(["list"]);
  expect(list).toMatchObject({ code: 5, stderr: expect.stringContaining("no longer runs") });
  dev = await project.dev(["--port", "0", "--workers", "0"]);
  expect(await dev.end("SIGTERM")).toBe(0);
});

test("a second Ctrl-C ends everything at once, the running script too", async () => {
  await project.write("sleepy.wf", sleepy);
  dev = await project.dev(["--port", "0", "--workers", "1"]);
  const { id } = (await project.json(["start", "sleepy.wf"])) as { readonly id: string };
  await expect
    .poll(async () => (await project.json(["show", id])) as object, { timeout: 30_000 })
    .toMatchObject({ steps: [{ name: "work", status: "running" }] });
  const { workerPids, redisPid } = await project.state();
  dev.child.kill("SIGINT");
  await expect.poll(() => dev?.output()).toContain("SIGINT: stopping");
  // What comes within half a second of the first is taken for its echo.
  const pressing = setInterval(() => dev?.child.kill("SIGINT"), 200);
  onTestFinished(() => clearInterval(pressing));
  expect(await dev.end("SIGINT")).toBe(130);
  await expect.poll(() => runningOf([...workerPids, redisPid])).toEqual([]);
});

test("a configuration that cannot be loaded ends the start with its reason", async () => {
  await project.write("runfleet.config.ts", "export default {{\n");
  const result = await project.run(["dev", "--port", "0"]);
  expect(result).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/invalid_config: .*runfleet\.config\.ts cannot be loaded/),
  });
});

test("a port that is taken is replaced when it is only the default, and refused when it was asked for", async () => {
  // Somebody else may have it already: as good for this test.
  const other = createServer().listen(3000, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve).once("error", resolve));
  onTestFinished(() => void other.close());

  const refused = await project.run(["dev", "--workers", "0", "--port", "3000"], { npm_command: "exec" });
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("`npx runfleet dev --port 0` takes any free one"),
  });

  dev = await project.dev(["--workers", "0"]);
  const { serverUrl } = await project.state();
  expect(serverUrl).not.toContain(":3000");
  expect(dev.output()).toContain(`is in use: the server is at ${serverUrl} instead`);
  expect(await (await fetch(`${serverUrl}/readyz`)).text()).toBe("ok\n");
  expect(await dev.end("SIGTERM")).toBe(0);
});
