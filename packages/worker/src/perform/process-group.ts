/**
 * A shell command in a process group of its own, which neither outlives this process nor its own end: when this
 * process dies, however it dies, a watcher in the group notices the closed pipe and ends the group; when the command
 * ends, what it left running ends too. Knows nothing about runs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import type { Readable } from "node:stream";

export interface ProcessGroup {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Exit code of the command, -1 when a signal ended it. Resolves when its output has been read. */
  exited(): Promise<number>;
  /** To every process of the group; one that has ended is fine. */
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

export interface GroupOptions {
  readonly command: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where a command is put that is too long for an argument. Its folder exists. */
  readonly commandFile: string;
  /** What the command reads from its standard input; absent: nothing. */
  readonly stdin?: string;
}

/** The kernel takes 128 KiB per argument or variable; a little less leaves room for the name. */
export const argumentBytesMax = 120 * 1024;
/** Between the watcher's SIGTERM and SIGKILL. */
const watcherGraceSeconds = 5;
/** Time after the exit in which output of processes that keep the pipes open is still read. */
const pipeGraceMs = 500;

/** The watcher waits on descriptor 3, which only this process and the watcher hold open. */
const supervisor = `(trap '' TERM INT HUP
read -r _ <&3
kill -s TERM -- -$$
sleep ${watcherGraceSeconds}
kill -s KILL -- -$$) </dev/null >/dev/null 2>&1 &
exec sh "$@" 3<&-`;

/** Throws when the shell cannot be started: no such folder, no descriptors left. */
export async function startGroup(options: GroupOptions): Promise<ProcessGroup> {
  const isLong = Buffer.byteLength(options.command) > argumentBytesMax;
  if (isLong) await writeFile(options.commandFile, options.command, { mode: 0o600 });
  const args = isLong ? [options.commandFile] : ["-c", options.command];
  const child = spawn("sh", ["-c", supervisor, "sh", ...args], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: [options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe", "pipe"],
  });
  // Listened to at once: without a listener a failed start would end this process.
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject);
  });
  failed.catch(() => undefined);
  const { stdin, stdout, stderr } = child;
  // A command need not read what it is given.
  stdin?.on("error", () => undefined).end(options.stdin);
  if (child.pid === undefined || stdout === null || stderr === null) return failed;
  return {
    stdout,
    stderr,
    // It may hold secrets, and the folder may outlive the run.
    exited: () =>
      exited(child).finally(() => (isLong ? rm(options.commandFile, { force: true }) : undefined)),
    kill: (signal) => killGroup(child, signal),
  };
}

/** What a command that did not succeed ended with, for people. */
export function badEnd(exitCode: number): string {
  return exitCode < 0 ? "a signal that killed it" : `exit code ${exitCode}`;
}

async function exited(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, "exit")) as [number | null];
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, pipeGraceMs);
  });
  await Promise.race([drained(child), patience]);
  clearTimeout(timer);
  killGroup(child, "SIGKILL");
  for (const stream of child.stdio) stream?.destroy();
  return code ?? -1;
}

/** Both outputs are at their end. */
async function drained(child: ChildProcess): Promise<void> {
  await Promise.all([child.stdout, child.stderr].map((stream) => ended(stream)));
}

async function ended(stream: Readable | null): Promise<void> {
  if (stream === null || stream.readableEnded || stream.destroyed) return;
  await once(stream, "close");
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group has ended already, or what is left of it belongs to another user.
  }
}
