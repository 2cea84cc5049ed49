/**
 * The directory a run works in: the one its run context names, else one of its own under the worker's directory,
 * made on first use and deleted when the run has ended.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

export interface Workspace {
  dir(): Promise<string>;
  /** Deletes the run's own directory; a configured one is left alone. */
  remove(): Promise<void>;
}

export function createWorkspace(options: {
  runId: string;
  rootDir: string;
  configured: string | undefined;
}): Workspace {
  const own = join(options.rootDir, "runs", options.runId);
  let made: Promise<string> | undefined;
  return {
    dir() {
      if (options.configured !== undefined) return Promise.resolve(options.configured);
      made ??= mkdir(own, { recursive: true }).then(() => own);
      return made;
    },
    async remove() {
      if (options.configured === undefined) await rm(own, { recursive: true, force: true });
    },
  };
}
