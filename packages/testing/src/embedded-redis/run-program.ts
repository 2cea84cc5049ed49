/** Runs a program to its end and returns what it said; a failure of the program is an answer, not an exception. */
import { execFile } from "node:child_process";

export interface ProgramResult {
  readonly isOk: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it failed, in one line; empty when it did not. */
  readonly problem: string;
}

const outputMaxBytes = 16 * 1024 * 1024;

/** Never rejects: a missing program, a non-zero exit and an abort all come back as `isOk: false`. */
export function runProgram(options: {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}): Promise<ProgramResult> {
  const { file, args, env, cwd, signal } = options;
  return new Promise((resolve) => {
    execFile(file, args, { env, cwd, signal, maxBuffer: outputMaxBytes }, (error, stdout, stderr) => {
      const problem = error === null ? "" : describe(error, stderr);
      resolve({ isOk: error === null, stdout, stderr, problem });
    });
  });
}

function describe(error: Error, stderr: string): string {
  if (error.name === "AbortError") return "it took too long";
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  // Package tools print warnings first and the reason last.
  return lines.findLast((line) => /^E:|error/i.test(line)) ?? lines.at(-1) ?? error.message;
}
