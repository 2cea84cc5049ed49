/**
 * The steps of a run as rows of a timeline: one row a step, with what it did and what it waited for one after the other.
 * Pure; times are epoch milliseconds.
 */
import type { RunRow } from "@runfleet/client";
import type { BlockedOnDocument, RunDocument, StepDocument, StepStatus } from "@runfleet/model";

export type SegmentKind =
  /** An action or a script is at work. */
  | "work"
  /** A run of its own is at work. */
  | "child"
  /** For a person, a signal or a time. */
  | "wait"
  /** Between two attempts. */
  | "backoff";

export interface Segment {
  readonly kind: SegmentKind;
  readonly status: StepStatus;
  readonly from: number;
  /** Absent: it goes on. */
  readonly until?: number;
  /** It has not happened yet: from now, or from its beginning, until then. */
  readonly isPlanned: boolean;
}

export interface TimelineRow {
  readonly address: string;
  /** Every attempt, oldest first; at least one. */
  readonly steps: readonly StepDocument[];
  readonly newest: StepDocument;
  /** How deep the step is nested, 0 at the top. */
  readonly depth: number;
  readonly segments: readonly Segment[];
}

type Known = Pick<RunDocument, "steps" | "blockedOn">;

/** In the order in which the steps were opened. */
export function timelineRows({ steps, blockedOn }: Known): readonly TimelineRow[] {
  const byAddress = new Map<string, StepDocument[]>();
  for (const step of steps) {
    const same = byAddress.get(step.address);
    if (same === undefined) byAddress.set(step.address, [step]);
    else same.push(step);
  }
  const waits = new Map(
    blockedOn.flatMap((wait) => ("address" in wait ? [[wait.address, wait] as const] : [])),
  );
  return [...byAddress].flatMap(([address, attempts]) => {
    const newest = attempts.at(-1);
    if (newest === undefined) return [];
    const segments = [...segmentsOf(attempts), ...plannedOf(newest, waits.get(address))];
    return [{ address, steps: attempts, newest, depth: address.split(".").length - 2, segments }];
  });
}

const kinds: Readonly<Record<string, SegmentKind>> = {
  call: "work",
  script: "work",
  child: "child",
  foreach: "child",
};

function segmentsOf(attempts: readonly StepDocument[]): readonly Segment[] {
  return attempts.flatMap((step, index) => {
    const { startedAt, endedAt, status, kind } = step;
    if (startedAt === null) return [];
    const from = Date.parse(startedAt);
    const before = attempts[index - 1]?.endedAt;
    const pause = before === undefined || before === null ? [] : [{ from: Date.parse(before), until: from }];
    return [
      ...pause.map((span) => ({
        ...span,
        kind: "backoff" as const,
        status: "waiting" as const,
        isPlanned: false,
      })),
      {
        ...{ kind: kinds[kind] ?? "wait", status, from, isPlanned: false },
        ...(endedAt === null ? {} : { until: Date.parse(endedAt) }),
      },
    ];
  });
}

/** A run of an item is one bar: what its steps did is on its own page. */
export function itemSegments(run: Pick<RunRow, "startedAt" | "endedAt" | "status">): readonly Segment[] {
  if (run.startedAt === null) return [];
  const status = run.status === "cancelling" ? "running" : run.status;
  const until = run.endedAt === null ? {} : { until: Date.parse(run.endedAt) };
  return [{ kind: "child", status, from: Date.parse(run.startedAt), ...until, isPlanned: false }];
}

/** Only sleeps and backoffs have an end that is known before; a gate may be answered at any time. */
function plannedOf(newest: StepDocument, wait: BlockedOnDocument | undefined): readonly Segment[] {
  if (wait === undefined || !("until" in wait)) return [];
  const began = wait.type === "retry" ? newest.endedAt : newest.startedAt;
  if (began === null) return [];
  const kind = wait.type === "retry" ? "backoff" : "wait";
  return [
    { kind, status: "waiting", from: Date.parse(began), until: Date.parse(wait.until), isPlanned: true },
  ];
}
