/**
 * Deletes folders of runs and logs of scripts that nobody has written to for long: those of runs that ended on another
 * machine, or whose worker died. Looks at a bounded number of entries per call.
 */
import { opendir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Entries looked at per kind and call: the rest has its turn later. */
const entriesMax = 5_000;

/** A run that waits this long finds an empty folder when it goes on, as it would on another machine. */
const keptMs = 30 * 86_400_000;
const roundMs = 6 * 3_600_000;

/** Deletes old folders now and every few hours; answers how to end that. */
export function keepFoldersClean(options: {
  rootDir: string;
  onError: (error: unknown) => void;
}): () => void {
  const round = (): void => {
    const request = { rootDir: options.rootDir, olderThanMs: keptMs, now: Date.now() };
    removeOldFolders(request).catch(options.onError);
  };
  round();
  const timer = setInterval(round, roundMs);
  return () => clearInterval(timer);
}

/** Answers how many were deleted. `now` is epoch ms. */
export async function removeOldFolders(options: {
  readonly rootDir: string;
  readonly olderThanMs: number;
  readonly now: number;
}): Promise<number> {
  let removed = 0;
  for (const kind of ["runs", "logs"]) {
    for (const path of await entriesOf(join(options.rootDir, kind))) {
      const info = await stat(path).catch(() => undefined);
      if (info === undefined || options.now - info.mtimeMs < options.olderThanMs) continue;
      await rm(path, { recursive: true, force: true });
      removed += 1;
    }
  }
  return removed;
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      paths.push(join(folder, entry.name));
      if (paths.length >= entriesMax) break;
    }
  } catch (error) {
    // Nothing has been written yet.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return paths;
}
