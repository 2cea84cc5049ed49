// One preparation at a time in one clone: `npm start` and `npm test` typed at once do not install over each other.
// The lock is a file with a process id; a lock whose process is gone does not count.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { cacheDir } from "./paths.mjs";
import { say } from "./report.mjs";

const lockFile = join(cacheDir, "setup.lock");
const retryMs = 250;

/**
 * @template T
 * @param {() => Promise<T>} work
 */
export async function withSetupLock(work) {
  mkdirSync(cacheDir, { recursive: true });
  let hasSaid = false;
  while (!tryLock()) {
    if (!hasSaid) say("Waiting for another setup in this clone to end ...");
    hasSaid = true;
    await wait(retryMs);
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function tryLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (!isExists(error)) throw error;
    if (!isHolderAlive()) rmSync(lockFile, { force: true });
    return false;
  }
}

function isHolderAlive() {
  try {
    process.kill(Number(readFileSync(lockFile, "utf8")), 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** @param {unknown} error */
function isExists(error) {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
