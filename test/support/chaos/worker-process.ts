/**
 * One place of the fleet: a worker process of the built command that is killed, frozen and stopped from outside and
 * started again in its place.
 *
 *   starting ── ready ──► up ── kill, end ──► down ──► starting
 *                          └── freeze ──► frozen ── thaw ──► up
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TcpProxy } from "./tcp-proxy.js";

const program = fileURLToPath(new URL("../../../apps/cli/bin/runfleet.js", import.meta.url));
const config = fileURLToPath(new URL("runfleet.config.ts", import.meta.url));
/** Runs in hand: enough that a blow hits some, few enough that all workers have some. */
const concurrency = "16";

export interface WorkerPlace {
  readonly name: string;
  /** The wire between this place and Redis; stays when the process is another one. */
  readonly wire: TcpProxy;
  state(): "starting" | "up" | "frozen" | "down";
  /** How processes ended that nobody had ended, one sentence each. */
  unasked(): readonly string[];
  /** Resolves when it takes jobs. Rejects when it ends before. */
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** SIGTERM; resolves with how it went: the exit code or the signal. */
  end(): Promise<number | string>;
}

export interface WorkerPlaceOptions {
  readonly name: string;
  /** Home and logs lie here. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly wire: TcpProxy;
}

export function createWorkerPlace({ name, folder, env, wire }: WorkerPlaceOptions): WorkerPlace {
  let state: ReturnType<WorkerPlace["state"]> = "down";
  let child: ChildProcess | undefined;
  let lives = 0;
  const unasked: string[] = [];

  const watch = (process: ChildProcess): void => {
    process.once("exit", (code, by) => {
      if (process !== child || state === "down") return;
      unasked.push(`${name} ended by itself with ${by ?? code}`);
      state = "down";
    });
  };

  const signal = (word: NodeJS.Signals): Promise<number | string> => {
    const target = child;
    if (target === undefined || target.exitCode !== null || target.signalCode !== null)
      return Promise.resolve("gone before");
    const ended = new Promise<number | string>((resolve) => {
      target.once("exit", (code, by) => resolve(by ?? code ?? -1));
    });
    target.kill(word);
    return ended;
  };

  return {
    name,
    wire,
    state: () => state,
    unasked: () => unasked,
    async start() {
      state = "starting";
      lives += 1;
      const log = join(folder, `${name}-${lives}.log`);
      child = spawnWorker(log, { folder, env });
      watch(child);
      await untilReady(child, log);
      state = "up";
    },
    async kill() {
      state = "down";
      await signal("SIGKILL");
    },
    freeze() {
      state = "frozen";
      child?.kill("SIGSTOP");
    },
    thaw() {
      child?.kill("SIGCONT");
      state = "up";
    },
    async end() {
      state = "down";
      return signal("SIGTERM");
    },
  };
}

function spawnWorker(
  logFile: string,
  { folder, env }: Pick<WorkerPlaceOptions, "folder" | "env">,
): ChildProcess {
  const log = openSync(logFile, "a");
  try {
    // Without our channel it ends by itself: a test run that dies leaves no workers behind.
    return spawn(process.execPath, [program, "worker", "--config", config, "--concurrency", concurrency], {
      cwd: folder,
      env,
      stdio: ["ignore", log, log, "ipc"],
    });
  } finally {
    closeSync(log);
  }
}

function untilReady(child: ChildProcess, log: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("error", reject);
    child.once("exit", (code, by) =>
      reject(
        new Error(`a worker ended with ${by ?? code} before it was ready: ${readFileSync(log, "utf8")}`),
      ),
    );
  });
}
