/**
 * Ends one process: SIGTERM, then SIGKILL after a deadline, and waits until it is gone.
 * For processes known by their mark only; a child of ours is awaited through its handle.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { ProcessMark } from "./process-mark.js";
import { isStillRunning } from "./process-mark.js";

const pollMs = 10;

/** Resolves when the process of this mark no longer runs. */
export async function stopProcess(mark: ProcessMark, timeoutMs: number): Promise<void> {
  signal(mark.pid, "SIGTERM");
  if (await isGoneWithin(mark, timeoutMs)) return;
  signal(mark.pid, "SIGKILL");
  await isGoneWithin(mark, timeoutMs);
}

async function isGoneWithin(mark: ProcessMark, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (await isStillRunning(mark)) {
    if (performance.now() > deadline) return false;
    await pause(pollMs);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // ESRCH: it ended by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
