/**
 * One embedded Redis per data directory: a claim that two processes cannot both hold, and that survives the
 * death of its owner well enough to stop a server left behind. Knows processes, nothing about Redis.
 *
 * Announce, then look: a starter first writes its own uniquely named claim file and only then reads the others.
 * Of two starters at least one sees the other; whoever sees a live one withdraws. A file is only ever removed by
 * its owner, or after its owner is dead, so no removal can hit a fresh claim.
 */
import { randomBytes } from "node:crypto";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { RunfleetError } from "@runfleet/model";
import type { ProcessMark } from "./process-mark.js";
import { isStillRunning, markProcess } from "./process-mark.js";
import { stopProcess } from "./stop-process.js";

export interface DirectoryClaim {
  /** Notes the server process, so that the next owner can stop it should this one die without doing so. */
  noteServer(server: { readonly pid: number; readonly port?: number }): Promise<void>;
  release(): Promise<void>;
}

interface ClaimRecord {
  readonly owner: ProcessMark;
  readonly server?: ProcessMark;
  readonly port?: number;
}

const suffix = ".claim";
/** Two simultaneous starters may both withdraw; with random pauses a third meeting is very unlikely. */
const attemptsMax = 4;
const orphanStopTimeoutMs = 5_000;

/**
 * Claims `dir` for this process and stops a server that a dead owner left running in it.
 * Throws `redis_unavailable` when a live process holds the directory.
 */
export async function claimDirectory(dir: string, log: (line: string) => void): Promise<DirectoryClaim> {
  for (let attempt = 1; ; attempt += 1) {
    const claim = await announce(dir);
    const others = await readOtherClaims(dir, claim.name);
    const live = others.find((other) => other.isOwnerAlive);
    if (live === undefined) {
      for (const other of others) await clearDeadClaim({ dir, name: other.name, record: other.record, log });
      return claim;
    }
    await claim.release();
    const isOnlyStarting = live.record?.server === undefined;
    if (!isOnlyStarting || attempt === attemptsMax) throw heldBy(dir, live.record);
    await pause(20 + Math.random() * 100);
  }
}

async function announce(dir: string): Promise<DirectoryClaim & { readonly name: string }> {
  const name = `embedded-redis.${process.pid}-${randomBytes(6).toString("hex")}${suffix}`;
  const owner = (await markProcess(process.pid)) ?? { pid: process.pid };
  // Written aside and renamed: nobody ever reads half a claim.
  const write = async (record: ClaimRecord): Promise<void> => {
    const draft = join(dir, `${name}.draft`);
    await writeFile(draft, `${JSON.stringify(record)}\n`);
    await rename(draft, join(dir, name));
  };
  await write({ owner });
  return {
    name,
    noteServer: async ({ pid, port }) => {
      const server = (await markProcess(pid)) ?? { pid };
      await write({ owner, server, ...(port === undefined ? {} : { port }) });
    },
    release: () => rm(join(dir, name), { force: true }),
  };
}

interface OtherClaim {
  readonly name: string;
  readonly record: ClaimRecord | undefined;
  readonly isOwnerAlive: boolean;
}

async function readOtherClaims(dir: string, ownName: string): Promise<readonly OtherClaim[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(suffix) && name !== ownName);
  return Promise.all(
    names.map(async (name) => {
      const record = await readClaim(join(dir, name));
      return { name, record, isOwnerAlive: record !== undefined && (await isStillRunning(record.owner)) };
    }),
  );
}

/** Undefined for a claim withdrawn in the meantime, and for a file that no version of this code wrote. */
async function readClaim(path: string): Promise<ClaimRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(path, "utf8"));
    return isClaimRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isClaimRecord(value: unknown): value is ClaimRecord {
  const pid = (value as { owner?: { pid?: unknown } } | null)?.owner?.pid;
  return typeof pid === "number";
}

async function clearDeadClaim(options: {
  readonly dir: string;
  readonly name: string;
  readonly record: ClaimRecord | undefined;
  readonly log: (line: string) => void;
}): Promise<void> {
  const server = options.record?.server;
  if (server !== undefined && (await isStillRunning(server))) {
    options.log(`embedded Redis: stopping the server an earlier process left behind (pid ${server.pid})`);
    await stopProcess(server, orphanStopTimeoutMs);
  }
  await rm(join(options.dir, options.name), { force: true });
}

function heldBy(dir: string, record: ClaimRecord | undefined): RunfleetError {
  const owner = record?.owner.pid;
  const where = record?.port === undefined ? "" : ` at redis://127.0.0.1:${record.port}`;
  return new RunfleetError(
    "redis_unavailable",
    `another process (pid ${owner}) runs the embedded Redis of ${dir}${where}; use that one (REDIS_URL), stop it, or choose another directory`,
    { details: { dir, ownerPid: owner, port: record?.port } },
  );
}
