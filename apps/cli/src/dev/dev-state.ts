/**
 * The state file of a development fleet (`dev.json`): who runs it and where everything is. It is also the claim on
 * its home: the file of a living process keeps a second fleet out.
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { RunfleetError } from "@runfleet/model";
import { isStillRunning, markProcess, type ProcessMark } from "@runfleet/testing";
import { stateFile } from "../home.js";

export interface DevState {
  readonly owner: ProcessMark;
  readonly namespace: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The rest is absent until it is known. */
  readonly redisUrl?: string;
  /** How Redis came about: "external", or the kind of embedded server. */
  readonly redisKind?: string;
  readonly redisPid?: number;
  readonly serverUrl?: string;
  readonly workerPids?: readonly number[];
}

export interface HomeClaim {
  /** Adds to what is known; readers see the old or the new file, never half of one. */
  update(more: Partial<Omit<DevState, "owner" | "startedAt">>): Promise<void>;
  release(): Promise<void>;
}

/** Throws `invalid_usage` when a living process runs a fleet in this home. */
export async function claimHome(home: string, namespace: string): Promise<HomeClaim> {
  const file = stateFile(home);
  await mkdir(home, { recursive: true });
  const owner = (await markProcess(process.pid)) ?? { pid: process.pid };
  let state: DevState = { owner, namespace, startedAt: new Date().toISOString() };
  await placeFirst(file, state);
  // One write after the other: two at once would leave the older one.
  let writing: Promise<void> = Promise.resolve();
  let isReleased = false;
  return {
    update: (more) => {
      state = { ...state, ...more };
      writing = writing.then(() => (isReleased ? undefined : replace(file, state)));
      return writing;
    },
    release: async () => {
      isReleased = true;
      await writing.catch(() => {});
      await rm(file, { force: true });
    },
  };
}

/** Undefined when there is no such file or it is not one of ours. */
export async function readDevState(file: string): Promise<DevState | undefined> {
  try {
    const state: unknown = JSON.parse(await readFile(file, "utf8"));
    return isDevState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** True while the process that runs this fleet lives. */
export function isAlive(state: DevState): Promise<boolean> {
  return isStillRunning(state.owner);
}

function isDevState(value: unknown): value is DevState {
  const state = value as { owner?: { pid?: unknown }; namespace?: unknown } | null;
  return typeof state?.owner?.pid === "number" && typeof state.namespace === "string";
}

/** `link` succeeds for one of several starters only; what a dead one left is moved away first. */
async function placeFirst(file: string, state: DevState): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, textOf(state), { mode: 0o600 });
  try {
    if (await isPlaced(draft, file)) return;
    await clearDead(file);
    if (await isPlaced(draft, file)) return;
    throw new RunfleetError("invalid_usage", `another fleet is just starting in ${dirname(file)}`);
  } finally {
    await rm(draft, { force: true });
  }
}

async function isPlaced(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function clearDead(file: string): Promise<void> {
  const state = await readDevState(file);
  if (state !== undefined && (await isAlive(state))) {
    const where = state.serverUrl === undefined ? "" : ` at ${state.serverUrl}`;
    throw new RunfleetError(
      "invalid_usage",
      `a development fleet runs in ${dirname(file)} already (pid ${state.owner.pid}${where}); stop it, or set RUNFLEET_HOME to another folder`,
      { details: { pid: state.owner.pid, home: dirname(file) } },
    );
  }
  await rm(file, { force: true });
}

async function replace(file: string, state: DevState): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, textOf(state), { mode: 0o600 });
  await rename(draft, file);
}

function textOf(state: DevState): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}
