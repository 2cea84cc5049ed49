/**
 * Watches every write where it happens, and keeps of its own account what must never become false: who owns a run, which
 * results are recorded, which children were asked for. Collects what is wrong and stops nothing. A part of it is history
 * in the store and is forgotten with it; the rest (generations, effects outside) is not.
 */
import type { Commit, Fence, NewRun, RunStore, StepRecord } from "@runfleet/model";
import { attemptKey } from "@runfleet/model";
import { createOnce, type Once } from "./once.js";
import type { Program } from "./programs.js";

interface Surviving {
  readonly fences: Map<string, Fence>;
  /** Generation that recorded the end, by run and attempt. */
  readonly ends: Map<string, { readonly generation: number; readonly step: StepRecord }>;
  readonly commits: Set<string>;
  /** Workflows of the runs that exist. */
  readonly runs: Map<string, string>;
  readonly endedRuns: Set<string>;
  /** Children by the commands that asked for them. */
  readonly asked: Map<string, { readonly parentId: string }>;
  /** Children that exist, and those whose parent was told that they cannot. */
  readonly children: Map<
    string,
    { readonly place: string; readonly isItem: boolean; readonly parentPlace: string }
  >;
  readonly unstartable: Set<string>;
}

/** What an action does outside: something that a resource there may refuse. */
export interface Effect {
  readonly runId: string;
  readonly address: string;
  readonly attempt: number;
  readonly key: string;
  readonly token: number;
}

export interface Ledger {
  /** The same store, watched. */
  watch(store: RunStore): Partial<RunStore>;
  effect(effect: Effect): void;
  /** Where things happen at most once. */
  readonly once: Once;
  snapshot(): unknown;
  restore(snapshot: unknown): void;
  ownerOf(runId: string): Fence | undefined;
  /** Runs that exist and have not ended. */
  openRuns(): readonly string[];
  readonly violations: readonly string[];
  /** What can only be said at the end. */
  readonly account: () => Surviving & Forever;
  wrong(what: string): void;
}

interface Forever {
  readonly generations: Map<string, number>;
  readonly effects: Set<string>;
  forgotten: number;
}

export function createLedger(options: {
  readonly program: Program;
  readonly note: (line: string) => void;
  readonly now: () => number;
}): Ledger {
  const violations: string[] = [];
  const keys = new Map<string, string>();
  const given = new Set<string>();
  const accepted = new Map<string, number>();
  const forever: Forever = { generations: new Map(), effects: new Set(), forgotten: 0 };
  let surviving = nothing();

  const wrong = (what: string): void => {
    options.note(`WRONG ${what}`);
    violations.push(what);
  };

  const once = createOnce({ now: options.now, note: options.note, wrong });

  const activated = (fence: Fence): void => {
    const { runId, generation, nonce } = fence;
    const before = surviving.fences.get(runId);
    if (before?.nonce === nonce && before.generation === generation) return;
    const last = forever.generations.get(runId) ?? 0;
    if (generation <= last) wrong(`generation ${generation} of ${runId} is not above ${last}`);
    forever.generations.set(runId, Math.max(last, generation));
    given.add(`${runId} ${generation}`);
    surviving.fences.set(runId, fence);
  };

  /** A write that was not refused. */
  const written = (commit: Commit): void => {
    const { runId, generation, nonce } = commit.fence;
    const owner = surviving.fences.get(runId);
    if (owner?.generation !== generation || owner.nonce !== nonce) {
      wrong(`a write of generation ${generation} on ${runId} took effect, its owner is ${owner?.generation}`);
    }
    const id = `${runId} ${commit.commitId}`;
    if (surviving.commits.has(id)) return;
    surviving.commits.add(id);
    if (surviving.endedRuns.has(runId)) wrong(`${runId} was written after its end`);
    for (const step of commit.steps) recorded(runId, { step, generation });
    for (const entry of commit.outbox) {
      if (entry.type === "command" && entry.command.type === "startChild") {
        surviving.asked.set(entry.command.childId, { parentId: runId });
      }
    }
  };

  const recorded = (runId: string, end: { readonly step: StepRecord; readonly generation: number }): void => {
    const { address, attempt, status } = end.step;
    const key = `${runId} ${attemptKey(address, attempt)}`;
    const before = surviving.ends.get(key);
    if (before !== undefined) wrong(`${key} was ${before.step.status} and is recorded again as ${status}`);
    if (status !== "running" && status !== "waiting" && status !== "pending") surviving.ends.set(key, end);
  };

  const ended = (runId: string): void => {
    if (surviving.endedRuns.has(runId)) wrong(`${runId} ended twice`);
    surviving.endedRuns.add(runId);
  };

  const created = (run: NewRun): void => {
    surviving.runs.set(run.id, run.workflow);
    if (run.parentId === undefined) return;
    const item = run.inputs["item.id"];
    const parentPlace = `${run.parentId} ${run.parentAddress}`;
    const place = `${parentPlace} ${item ?? ""}`;
    const open = [...surviving.children]
      .filter(([id]) => !surviving.endedRuns.has(id))
      .map(([, child]) => child);
    // A step that timed out gives a child up that does not end in time, and may try again beside it.
    const isAlone = options.program.temper === "hasty" || !open.some((child) => child.place === place);
    if (!isAlone) wrong(`two open children at ${place}`);
    const window = options.program.windows.get(surviving.runs.get(run.parentId) ?? "") ?? 0;
    const together = 1 + open.filter((child) => child.isItem && child.parentPlace === parentPlace).length;
    if (item !== undefined && together > window && forever.forgotten === 0) {
      wrong(`${together} open items at ${parentPlace}, the window is ${window}`);
    }
    if (!surviving.asked.has(run.id) && forever.forgotten === 0)
      wrong(`nobody asked for the child ${run.id}`);
    surviving.children.set(run.id, { place, isItem: item !== undefined, parentPlace });
  };

  return {
    violations,
    wrong,
    once,
    openRuns: () => [...surviving.runs.keys()].filter((id) => !surviving.endedRuns.has(id)),
    ownerOf: (runId) => surviving.fences.get(runId),
    account: () => ({ ...surviving, ...forever }),
    snapshot: () => structuredClone({ surviving, at: options.now() }),
    restore(snapshot) {
      const known = structuredClone(snapshot as { readonly surviving: Surviving; readonly at: number });
      surviving = known.surviving;
      once.forgive(known.at);
      forever.forgotten += 1;
      options.note("the last writes are forgotten");
    },
    effect({ runId, address, attempt, key, token }) {
      const place = `${runId} ${address}`;
      const before = keys.get(place) ?? key;
      if (before !== key) wrong(`${place} had the key ${before} and now has ${key}`);
      keys.set(place, key);
      if (!given.has(`${runId} ${token}`)) wrong(`${place} has the token ${token}, which no owner ever had`);
      // As a resource does that compares tokens: a former owner's effect is refused.
      if (token < (accepted.get(runId) ?? 0)) return options.note(`effect of ${place} with ${token} refused`);
      accepted.set(runId, token);
      forever.effects.add(`${runId} ${attemptKey(address, attempt)} ${token}`);
    },
    watch(store) {
      const noted = <T extends { readonly tag: string }>(what: string, reply: T): T => {
        options.note(`${what} → ${reply.tag}`);
        return reply;
      };
      return {
        async createRun(run) {
          const reply = noted(`create ${run.id}`, await store.createRun(run));
          if (reply.tag === "created") created(run);
          return reply;
        },
        async activate(request) {
          const reply = noted(`activate ${request.runId} ${request.owner}`, await store.activate(request));
          if (reply.tag === "activated") activated(reply.activation.fence);
          return reply;
        },
        async commit(commit) {
          const reply = noted(`commit ${nameOf(commit)}`, await store.commit(commit));
          if (reply.tag !== "fenced") written(commit);
          return reply;
        },
        async park(park) {
          const reply = noted(`park ${nameOf(park)}`, await store.park(park));
          if (reply.tag !== "fenced") written(park);
          return reply;
        },
        async release(commit) {
          const reply = noted(`release ${nameOf(commit)}`, await store.release(commit));
          if (reply.tag !== "fenced") written(commit);
          return reply;
        },
        async finish(finish) {
          const reply = noted(`finish ${nameOf(finish)} ${finish.status}`, await store.finish(finish));
          if (reply.tag === "fenced") return reply;
          written(finish);
          if (reply.tag === "finished") ended(finish.fence.runId);
          return reply;
        },
        async failUnowned(request) {
          const reply = noted(`fail ${request.runId}`, await store.failUnowned(request));
          if (reply.tag === "finished") ended(request.runId);
          return reply;
        },
        async heartbeat(fence) {
          const reply = await store.heartbeat(fence);
          const owner = surviving.fences.get(fence.runId);
          if (reply.tag === "ok" && owner?.nonce !== fence.nonce)
            wrong(`a heartbeat of a former owner of ${fence.runId}`);
          return reply;
        },
        async appendEvent(request) {
          const reply = noted(
            `append ${request.event.type} ${request.runId}`,
            await store.appendEvent(request),
          );
          if (request.event.type === "childFinished") surviving.unstartable.add(request.event.childId);
          return reply;
        },
        answerGate: async (answer) =>
          noted(`answer ${answer.runId} ${answer.gate}`, await store.answerGate(answer)),
        async requestCancel(request) {
          const reply = noted(`cancel ${request.runId}`, await store.requestCancel(request));
          if (reply.tag === "cancelled") {
            const owner = surviving.fences.get(request.runId);
            if (owner !== undefined)
              wrong(`${request.runId} was taken, and a cancel ended it without its always`);
            ended(request.runId);
          }
          return reply;
        },
      };
    },
  };
}

function nothing(): Surviving {
  return {
    fences: new Map(),
    ends: new Map(),
    commits: new Set(),
    runs: new Map(),
    endedRuns: new Set(),
    asked: new Map(),
    children: new Map(),
    unstartable: new Set(),
  };
}

function nameOf({ fence, commitId, inboxSeen, status }: Commit): string {
  return `${fence.runId} ${commitId} ${status} inbox ${inboxSeen}`;
}
