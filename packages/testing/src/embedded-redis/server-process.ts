/**
 * A server as a private child: in its own process group (Ctrl-C in the terminal reaches us, not it), its output
 * in a log file, stopped gracefully by us and by the system when we die. Knows nothing about Redis.
 *
 *     spawned ── stop(): SIGTERM, after a deadline SIGKILL ──► ended
 *        └────── crash, or our death ─────────────────────────► ended
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { open, rename } from "node:fs/promises";
import { findProgram } from "./find-program.js";
import { runProgram } from "./run-program.js";

export interface ServerProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** How it ended ("exit code 1", "signal SIGKILL"); undefined while it runs. */
  howEnded(): string | undefined;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Resolves when it has ended. Harmless when called twice or too late. */
  stop(): Promise<void>;
}

export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** "channel": it gets an IPC channel and ends itself when that closes. "signal": somebody sends it SIGTERM. */
  readonly diesWithParentBy: "channel" | "signal";
}

/** Long enough to write an append-only file back to a slow disk. */
const stopTimeoutMs = 10_000;

/** Starts the command. Rejects when the program cannot be started at all; what happens after is in the handle. */
export async function spawnServer(command: ServerCommand): Promise<ServerProcess> {
  const isByChannel = command.diesWithParentBy === "channel";
  const setpriv = isByChannel ? undefined : await findDeathSignal(command.env);
  const words = [...(setpriv ?? []), command.file, ...command.args];
  const log = await open(command.logFile, "a");
  const child = spawn(words[0] ?? command.file, words.slice(1), {
    detached: true,
    env: command.env,
    stdio: ["ignore", log.fd, log.fd, ...(isByChannel ? (["ipc"] as const) : [])],
  });
  const server = superviseChild(child);
  try {
    await awaitSpawn(child);
  } finally {
    await log.close();
  }
  if (!isByChannel && setpriv === undefined) watchParent(server);
  return server;
}

/** Moves the log of the previous start aside, so that a log file never grows over more than one life. */
export async function keepPreviousLog(logFile: string): Promise<void> {
  try {
    await rename(logFile, `${logFile}.previous`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function awaitSpawn(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
}

function superviseChild(child: ChildProcess): ServerProcess {
  let how: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      resolve();
    });
  });
  // A kill that fails is not news: the exit is what counts.
  child.on("error", () => {});
  // The server never keeps its owner's process alive: it would end with it anyway.
  child.unref();
  child.channel?.unref();
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    if (how !== undefined) return;
    child.ref();
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    await ended;
    clearTimeout(timer);
  };
  return {
    pid: child.pid ?? 0,
    child,
    howEnded: () => how,
    ended,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/**
 * The words that make the kernel send SIGTERM to the server when our spawning thread dies, even by SIGKILL.
 * `setpriv` replaces itself by the server, so the pid stays the server's. Undefined where there is no such tool
 * (macOS) or it cannot do this (busybox).
 */
async function findDeathSignal(env: NodeJS.ProcessEnv): Promise<readonly string[] | undefined> {
  if (process.platform !== "linux") return undefined;
  const file = await findProgram("setpriv", env);
  if (file === undefined) return undefined;
  const prefix = [file, "--pdeathsig", "TERM"];
  const { isOk } = await runProgram({ file, args: ["--pdeathsig", "TERM", "true"], env });
  return isOk ? prefix : undefined;
}

/**
 * The same without help from the kernel: a shell that reads a pipe only we hold open. The pipe ends when we die,
 * however that happens, and the shell then stops the server.
 */
function watchParent(server: ServerProcess): void {
  if (process.platform === "win32") return;
  const script = 'while read -r _; do :; done; kill -TERM "$1"';
  const watcher = spawn("/bin/sh", ["-c", script, "sh", String(server.pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.on("error", () => {});
  watcher.unref();
  // SIGKILL before the pipe closes: the shell must not signal a pid that is no longer the server's.
  void server.ended.then(() => watcher.kill("SIGKILL"));
}
