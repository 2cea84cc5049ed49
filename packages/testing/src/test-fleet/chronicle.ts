/**
 * What happened in a fleet in memory, line by line: every write to its store, and whatever else is noted. The same lines
 * mean that the same happened, so their hash tells two simulations apart. Judges nothing.
 */
import { createHash } from "node:crypto";
import type { Commit } from "@runfleet/model";
import type { TwinStore } from "../simulated/redis.js";

export interface Chronicle {
  note(line: string): void;
  readonly lines: readonly string[];
  /** SHA-256 of all lines, in hex. */
  hash(): string;
  /** The same store, with its writes noted. */
  around(store: TwinStore): TwinStore;
  /** Grows with every write. */
  readonly version: number;
  /** Epoch ms of the newest write. */
  readonly lastWriteAt: number;
}

type Told = { readonly [Name in keyof TwinStore]?: (request: Parameters<TwinStore[Name]>[0]) => string };

/** The writes that tell what becomes of runs. */
const told: Told = {
  createRun: ({ id, workflow }) => `run ${id} of ${workflow} is created`,
  createDueRun: ({ id, workflow }) => `run ${id} of ${workflow} is created by its schedule`,
  activate: ({ runId, owner }) => `${owner} takes ${runId}`,
  commit: (commit) => `commit of ${commitText(commit)}`,
  park: (park) => `park of ${commitText(park)}`,
  release: (commit) => `${commitText(commit)} is handed back`,
  finish: (finish) => `end of ${commitText(finish)}`,
  failUnowned: ({ runId }) => `${runId} is given up`,
  appendEvent: ({ runId, event }) => `${event.type} for ${runId}`,
  answerGate: ({ runId, gate, verdict, by }) => `${by} answers ${gate ?? "the gate"} of ${runId}: ${verdict}`,
  requestCancel: ({ runId, by }) => `${by} cancels ${runId}`,
  terminateRun: ({ runId, by }) => `${by} terminates ${runId}`,
  retryRun: ({ runId, by }) => `${by} retries ${runId}`,
};

function commitText({ fence, steps, status }: Commit): string {
  const ended = steps.map((step) => `${step.name} (${step.address}) attempt ${step.attempt} ${step.status}`);
  return [`${fence.runId} by owner ${fence.generation}, ${status}`, ...ended].join(", ");
}

export function createChronicle(now: () => number): Chronicle {
  const lines: string[] = [];
  const begun = now();
  let version = 0;
  let lastWriteAt = begun;

  const note = (line: string): void => {
    lines.push(`+${((now() - begun) / 1_000).toFixed(3)}s ${line}`);
  };
  const noted = (name: string, method: (...args: never[]) => unknown) => {
    const tell = told[name as keyof Told] as ((request: never) => string) | undefined;
    if (tell === undefined) return method;
    return async (...args: never[]) => {
      version += 1;
      const reply = (await method(...args)) as { readonly tag?: string } | undefined;
      version += 1;
      lastWriteAt = now();
      note(`${tell(args[0] as never)} → ${reply?.tag ?? "done"}`);
      return reply;
    };
  };
  return {
    note,
    lines,
    hash: () => createHash("sha256").update(lines.join("\n")).digest("hex"),
    around: (store) =>
      Object.fromEntries(
        Object.entries(store).map(([name, method]) => [name, noted(name, method as never)]),
      ) as unknown as TwinStore,
    get version() {
      return version;
    },
    get lastWriteAt() {
      return lastWriteAt;
    },
  };
}
