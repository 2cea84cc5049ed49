/**
 * The demo as a person starts it, with `npm start`: in a process of its own, in a home of its own. Reads what it prints
 * and the report it leaves; decides nothing about it.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot: string = fileURLToPath(new URL("../../", import.meta.url));

export interface DemoProcess {
  readonly home: string;
  /** Everything printed so far. */
  output(): string;
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
    output: () => printed,
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
