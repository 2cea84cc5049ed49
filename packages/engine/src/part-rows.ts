/**
 * The core and the frames as rows, since every run that waits keeps them: the values of their members in the order of these
 * tables, a frame's kind first. Part of the stored form.
 */
import {
  type AttemptFrame,
  type BranchFrame,
  type CoreState,
  type ForeachFrame,
  type Frame,
  fromRow,
  type GateFrame,
  type LoopFrame,
  type MemberTable,
  type ParallelFrame,
  type SequenceFrame,
  type SleepFrame,
  type Totals,
  type Trail,
  toRow,
} from "@runfleet/model";

/** The core without the members that are parts of their own. */
export type StoredCore = Omit<
  CoreState,
  "inputs" | "exports" | "priorOutput" | "signals" | "retry" | "totals"
> &
  Partial<Pick<CoreState, "totals">>;

const coreMembers: MemberTable<StoredCore> = {
  ...{ version: 1, phase: 1, startedAt: 1, nextOrdinal: 1, nextContext: 1, retries: 1, succeeded: 1 },
  ...{
    deadline: 1,
    totals: 1,
    failure: 1,
    bodyStatus: 1,
    gateFeedback: 1,
    cancel: 1,
    alwaysDeadline: 1,
    uncounted: 1,
  },
};

const attemptMembers: MemberTable<AttemptFrame, "kind"> = {
  ...{
    phase: 1,
    attempt: 1,
    firstAttempt: 1,
    ordinal: 1,
    startedAt: 1,
    deadline: 1,
    mayHaveRun: 1,
    childId: 1,
  },
  ...{ lastError: 1, stopReason: 1, timedOutAt: 1, returned: 1, given: 1, doubt: 1, used: 1 },
};

type FrameOf<K extends Frame["kind"]> = {
  call: AttemptFrame;
  script: AttemptFrame;
  child: AttemptFrame;
  sequence: SequenceFrame;
  branch: BranchFrame;
  loop: LoopFrame;
  parallel: ParallelFrame;
  gate: GateFrame;
  sleep: SleepFrame;
  foreach: ForeachFrame;
}[K];

const frameMembers: { readonly [K in Frame["kind"]]: MemberTable<FrameOf<K>, "kind"> } = {
  call: attemptMembers,
  script: attemptMembers,
  child: attemptMembers,
  sequence: { next: 1, failure: 1, fatal: 1, trail: 1, redo: 1 },
  branch: {},
  loop: { iteration: 1, firstIteration: 1, streak: 1, failure: 1 },
  parallel: { open: 1, succeeded: 1, skipped: 1, failed: 1, markers: 1, failure: 1, trail: 1 },
  gate: {
    ...{ attempt: 1, ordinal: 1, startedAt: 1, deadline: 1, options: 1, prompt: 1 },
    ...{ pollAt: 1, polling: 1, pollFailures: 1 },
  },
  sleep: { attempt: 1, ordinal: 1, startedAt: 1, deadline: 1 },
  foreach: {
    ...{
      phase: 1,
      attempt: 1,
      ordinal: 1,
      startedAt: 1,
      total: 1,
      cursor: 1,
      open: 1,
      completed: 1,
      failed: 1,
    },
    ...{ skipped: 1, failure: 1, usage: 1, outputBytes: 1, deadline: 1, stopReason: 1 },
  },
};

/** Only the members of the table: what is a part of its own is left out. */
export function coreRow(core: Omit<StoredCore, "totals"> & { readonly totals: Totals | undefined }): unknown {
  return toRow(coreMembers, core);
}

export function coreFromRow(row: unknown): StoredCore {
  return fromRow(coreMembers, row as readonly unknown[]) as unknown as StoredCore;
}

type FrameRow = readonly [Frame["kind"], ...unknown[]];
type TrailRow = Readonly<Record<string, FrameRow | null>>;

export function frameRow(frame: Frame): FrameRow {
  return [frame.kind, ...toRow(frameMembers[frame.kind], withTrails(frame, trailRow))];
}

export function frameFromRow(row: unknown): Frame {
  const [kind, ...members] = row as FrameRow;
  return withTrails({ kind, ...fromRow(frameMembers[kind], members) }, trailFromRow) as unknown as Frame;
}

export function trailRow(trail: Trail): TrailRow {
  return Object.fromEntries(
    Object.entries(trail).map(([at, frame]) => [at, frame === null ? null : frameRow(frame)]),
  );
}

export function trailFromRow(row: TrailRow): Trail {
  return Object.fromEntries(
    Object.entries(row).map(([at, frame]) => [at, frame === null ? null : frameFromRow(frame)]),
  );
}

/** Frames that a frame remembers are rows too. */
function withTrails<T>(frame: object, convert: (trail: T & object) => unknown): object {
  const { trail, redo } = frame as { readonly trail?: T & object; readonly redo?: T & object };
  if (trail === undefined && redo === undefined) return frame;
  return {
    ...frame,
    ...(trail === undefined ? {} : { trail: convert(trail) }),
    ...(redo === undefined ? {} : { redo: convert(redo) }),
  };
}
