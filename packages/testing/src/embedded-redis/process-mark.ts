/**
 * Recognises a process across restarts of ours: a pid alone may have been given to somebody else meanwhile, so
 * the mark also holds when that process began. Where the system does not tell (Windows), the pid alone decides.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

export interface ProcessMark {
  readonly pid: number;
  /** Opaque; equal for the same process only. Missing where the system does not tell. */
  readonly began?: string;
}

/** The mark of a running process; undefined when there is none (a zombie counts as none). */
export async function markProcess(pid: number): Promise<ProcessMark | undefined> {
  if (!isSignalable(pid)) return undefined;
  if (process.platform === "linux") return markFromProc(pid);
  if (process.platform === "win32") return { pid };
  return markFromPs(pid);
}

/** True while the very process of this mark runs. */
export async function isStillRunning(mark: ProcessMark): Promise<boolean> {
  const current = await markProcess(mark.pid);
  return current !== undefined && (mark.began === undefined || current.began === mark.began);
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function markFromProc(pid: number): Promise<ProcessMark | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // proc(5): "pid (name) state …", where the name may hold anything; the start time is the 20th word after it.
  const words = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const began = words[19];
  if (words[0] === "Z" || began === undefined) return undefined;
  return { pid, began };
}

async function markFromPs(pid: number): Promise<ProcessMark | undefined> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]);
    return { pid, began: stdout.trim() };
  } catch {
    return undefined;
  }
}
