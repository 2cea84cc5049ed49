/**
 * Ends a process and everything below it at once, process groups of their own included, or only its own group.
 * Synchronous, because it is for the moment before this process ends itself.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

interface Row {
  readonly pid: number;
  readonly parent: number;
}

/** Sends SIGKILL. Processes that have lost their parent before are not found. */
export function killTree(pid: number): void {
  // Parents first: they start nothing new while their children are killed.
  for (const one of [pid, ...descendants(pid, listProcesses())]) {
    try {
      process.kill(one, "SIGKILL");
    } catch {
      // It ended in this moment.
    }
  }
}

/** Sends SIGKILL to what is left of the process group that this process led. Harmless when nothing is. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is empty, or the system knows no groups.
  }
}

function descendants(pid: number, rows: readonly Row[]): readonly number[] {
  const children = rows.filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child.pid, ...descendants(child.pid, rows)]);
}

/** Empty where the system tells nothing: then only the process itself is ended. */
function listProcesses(): readonly Row[] {
  try {
    return process.platform === "linux" ? listFromProc() : listFromPs();
  } catch {
    return [];
  }
}

function listFromProc(): readonly Row[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const parent = parentFromProc(pid);
    return parent === undefined ? [] : [{ pid: Number(pid), parent }];
  });
}

function parentFromProc(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // proc(5): "pid (name) state ppid …", where the name may hold anything.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

function listFromPs(): readonly Row[] {
  const text = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid = 0, parent = 0]) => ({ pid, parent }));
}
