/**
 * Keeps one process running: in a process group of its own, its output in a log file, started again when it dies. What
 * of its group outlives it is ended.
 * Knows nothing about what it runs, except that it sends one message when it works.
 *
 *     starting ── message ──► working ── dies ──► waiting (growing delay) ──► starting
 *        └── exits with code 2, a usage or configuration error: given up, `ready` rejects
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { RunfleetError } from "@runfleet/model";
import { killGroup, killTree } from "./kill-tree.js";

export interface KeptProcessOptions {
  /** What people call it: `worker 1`. */
  readonly name: string;
  /** Arguments of Node: the program and its own arguments. */
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly log: (line: string) => void;
  /** Called when the pid has changed. */
  readonly onChange: () => void;
  /** Time it gets to stop by itself. */
  readonly stopMs: number;
}

export interface KeptProcess {
  /** Resolves when it has said for the first time that it works; rejects with `invalid_config` when it never will. */
  readonly ready: Promise<void>;
  /** Undefined between two lives. */
  pid(): number | undefined;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it and everything it started at once, without waiting. */
  kill(): void;
}

interface Death {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly livedMs: number;
}

const firstDelayMs = 250;
const delayMsMax = 10_000;
/** A process that has lived this long died of something new: the delay begins small again. */
const longLifeMs = 30_000;
/** A restart does not cure wrong usage or a wrong configuration. */
const hopelessExitCode = 2;
const logEndLength = 2_000;

export function keepProcess(options: KeptProcessOptions): KeptProcess {
  const { name, log, onChange, stopMs } = options;
  const readiness = settleable();
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let delayMs = firstDelayMs;
  let isStopping = false;

  const begin = (): void => {
    const startedAt = performance.now();
    const life = spawnLogged(options);
    child = life;
    onChange();
    life.once("message", readiness.resolve);
    life.once("error", (error) => log(`${name}: ${error.message}`));
    life.once("exit", (code, signal) => {
      child = undefined;
      if (life.pid !== undefined) killGroup(life.pid);
      onChange();
      if (!isStopping) continueAfter({ code, signal, livedMs: performance.now() - startedAt });
    });
  };
  const continueAfter = ({ code, signal, livedMs }: Death): void => {
    const how = `${name} ended with ${signal ?? `exit code ${code}`}`;
    if (code === hopelessExitCode) {
      const why = `${how}; ${options.logFile} ends with:\n${readEnd(options.logFile)}`;
      readiness.reject(new RunfleetError("invalid_config", why));
      log(`${how} and is not started again`);
      return;
    }
    if (livedMs > longLifeMs) delayMs = firstDelayMs;
    log(`${how}; starting it again in ${delayMs} ms`);
    timer = setTimeout(begin, delayMs);
    delayMs = Math.min(delayMs * 2, delayMsMax);
  };

  begin();
  return {
    ready: readiness.promise,
    pid: () => child?.pid,
    stop: () => {
      isStopping = true;
      clearTimeout(timer);
      return stopChild(child, stopMs);
    },
    kill: () => {
      isStopping = true;
      clearTimeout(timer);
      killNow(child);
    },
  };
}

/** In a process group of its own: Ctrl-C in the terminal reaches us, and we stop it in order. */
function spawnLogged({ command, env, logFile }: KeptProcessOptions): ChildProcess {
  const log = openSync(logFile, "a");
  try {
    // The channel tells the process when we are gone, however that happens.
    return spawn(process.execPath, [...command], { detached: true, env, stdio: ["ignore", log, log, "ipc"] });
  } finally {
    closeSync(log);
  }
}

function stopChild(child: ChildProcess | undefined, stopMs: number): Promise<void> {
  if (child === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(killNow, stopMs, child);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

function killNow(child: ChildProcess | undefined): void {
  if (child?.pid !== undefined) killTree(child.pid);
}

function readEnd(file: string): string {
  return readFileSync(file, "utf8").slice(-logEndLength).trim();
}

function settleable(): {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
} {
  let resolve = (): void => {};
  let reject = (_: Error): void => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Whoever awaits it hears the reason; nobody has to.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
