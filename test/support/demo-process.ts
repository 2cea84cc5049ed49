/**
 * The demo as a person starts it, with `npm start` or as the built command behind it: in a process of its own, in a
 * home of its own. Reads what it prints and the state file it leaves; decides nothing about it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "./eventually.js";

const command = fileURLToPath(new URL("../../apps/cli/bin/runfleet.js", import.meta.url));
export const projectRoot: string = fileURLToPath(new URL("../../", import.meta.url));

export interface DemoState {
  readonly redisUrl: string;
  readonly namespace: string;
  readonly redisPid?: number;
  readonly workerPids: readonly number[];
}

export interface DemoProcess {
  readonly home: string;
  readonly process: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  /** The state file, once Redis and the workers are in it. */
  state(): Promise<DemoState>;
  exitCode(): Promise<number | null>;
  /** The report of the ended run. */
  report(): Promise<DemoReport>;
  /** Ends the process if it still runs and deletes the home. */
  clean(): Promise<void>;
}

export interface DemoReport {
  readonly status: string;
  readonly packages: number;
  readonly byLicence: Readonly<Record<string, number>>;
  readonly findings: readonly unknown[];
  readonly unread: readonly string[];
  readonly duplicates: readonly unknown[];
}

/** The built command itself: signals reach it directly. */
export function startDemo(args: readonly string[]): Promise<DemoProcess> {
  return start([process.execPath, command, "demo", "--port", "0", ...args]);
}

/** What a newcomer types. Builds first what has changed since the last build. */
export function startDemoByNpm(args: readonly string[]): Promise<DemoProcess> {
  return start(["npm", "start", "--", "--port", "0", ...args]);
}

async function start([program = "", ...args]: readonly string[]): Promise<DemoProcess> {
  const home = await mkdtemp(join(tmpdir(), "runfleet-demo-"));
  const { REDIS_URL: _, ...env } = process.env;
  const child = spawn(program, args, {
    cwd: projectRoot,
    env: {
      ...env,
      RUNFLEET_HOME: home,
      RUNFLEET_CACHE: join(projectRoot, ".cache", "runfleet"),
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return {
    home,
    process: child,
    output: () => printed,
    state: () => eventually("the fleet writes its state", () => readState(home)),
    exitCode: () => ended,
    report: () => readReport(join(home, "reports", "licence-audit.md")),
    async clean() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The facts beside the page that `file` names. */
export async function readReport(file: string): Promise<DemoReport> {
  return JSON.parse(await readFile(`${file}.json`, "utf8")) as DemoReport;
}

async function readState(home: string): Promise<DemoState | undefined> {
  const text = await readFile(join(home, "dev.json"), "utf8").catch(() => undefined);
  const state = text === undefined ? undefined : (JSON.parse(text) as Partial<DemoState>);
  return state?.redisUrl !== undefined && (state.workerPids?.length ?? 0) >= 2
    ? (state as DemoState)
    : undefined;
}
