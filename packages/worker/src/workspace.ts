/**
 * The directory a run works in: the one its run context names, else one of its own under the worker's directory,
 * made on first use (most actions use none) and deleted when the run has ended.
 */
import { existsSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

export interface Workspace {
  dir(): string;
  /** Deletes the run's own directory, if there is one; a configured one is left alone. */
  remove(): Promise<void> | undefined;
}

export function createWorkspace(options: {
  runId: string;
  rootDir: string;
  configured: string | undefined;
  /** An earlier activation may have left files here. */
  isFirst: boolean;
}): Workspace {
  const own = (): string => join(options.rootDir, "runs", options.runId);
  let made = false;
  return {
    dir() {
      if (options.configured !== undefined) return options.configured;
      const folder = own();
      if (!made) mkdirSync(folder, { recursive: true });
      made = true;
      return folder;
    },
    remove() {
      if (options.configured !== undefined || (options.isFirst && !made)) return undefined;
      // Most runs have none, and to ask costs far less than to delete nothing.
      return existsSync(own()) ? rm(own(), { recursive: true, force: true }) : undefined;
    },
  };
}
