/**
 * The terminals of somebody who follows a tutorial: one folder and one environment for all, programs that end, and programs that
 * stay until they are stopped as Ctrl-C stops them. What they print is kept.
 */
import { type ChildProcess, spawn } from "node:child_process";

export interface Terminal {
  cwd: string;
  env: Record<string, string | undefined>;
  /** Runs a line to its end and answers what it printed. Throws when it exits with anything but 0. */
  type(line: string): Promise<string>;
  /** Starts a program that stays. */
  start(line: string): Staying;
  /** Stops everything that stays. */
  stopAll(): Promise<void>;
}

export interface Staying {
  readonly line: string;
  printed(): string;
  stop(): Promise<void>;
}

export function openTerminal(options: Pick<Terminal, "cwd" | "env">): Terminal {
  const staying: Staying[] = [];
  return {
    ...options,
    type(line) {
      const { child, printed } = run(this, line);
      return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) =>
          code === 0 ? resolve(printed()) : reject(new Error(`${line} exited with ${code}:\n${printed()}`)),
        );
      });
    },
    start(line) {
      const started = stay(this, line);
      staying.push(started);
      return started;
    },
    async stopAll() {
      await Promise.all(staying.splice(0).map((one) => one.stop()));
    },
  };
}

function stay(terminal: Terminal, line: string): Staying {
  const { child, printed } = run(terminal, line);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    line,
    printed,
    // Ctrl-C reaches the whole group, the program's own children too.
    stop: async () => {
      const isThere = child.exitCode === null && child.signalCode === null;
      if (isThere && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
      await ended;
    },
  };
}

function run({ cwd, env }: Terminal, line: string): { child: ChildProcess; printed: () => string } {
  const child = spawn("sh", ["-c", line], {
    ...{ cwd, env: { ...env, PWD: cwd }, detached: true },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  return { child, printed: () => text };
}
