/** Ends a process group when an attempt is told to stop: SIGTERM, and SIGKILL after the grace time. */
import type { ProcessGroup } from "./process-group.js";

/** Answers how to stop watching; to be called when the group has ended. */
export function killOnAbort(group: ProcessGroup, signal: AbortSignal, graceMs: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  const abort = (): void => {
    group.kill("SIGTERM");
    timer = setTimeout(() => group.kill("SIGKILL"), graceMs);
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  };
}
