/**
 * Facts: what a person wants to see in a run's timeline. The engine records most of them, worker and store add
 * those about leases. Stored in order in the run's history stream; delivered to sinks at least once.
 */
import type { Address } from "./address.js";
import type { Failure } from "./outcome.js";
import type { Totals } from "./usage.js";

interface StepFact {
  readonly address: Address;
  readonly name: string;
  readonly attempt: number;
}

export type Fact =
  | { readonly type: "run.started"; readonly workflow: string }
  | { readonly type: "run.resumed"; readonly generation: number }
  | { readonly type: "run.waiting"; readonly on: string; readonly until?: number }
  | { readonly type: "run.cancelling"; readonly reason: string; readonly by: string }
  | { readonly type: "run.retried"; readonly by: string }
  | { readonly type: "run.timed_out" }
  | { readonly type: "run.completed" }
  | { readonly type: "run.failed"; readonly error: Failure }
  | { readonly type: "run.cancelled"; readonly reason: string }
  | ({ readonly type: "step.started"; readonly kind: string } & StepFact)
  | ({ readonly type: "step.completed"; readonly markers: readonly string[] } & StepFact)
  | ({ readonly type: "step.failed"; readonly error: Failure } & StepFact)
  | ({ readonly type: "step.retrying"; readonly delayMs: number; readonly error: Failure } & StepFact)
  | ({ readonly type: "step.in_doubt"; readonly reason: string } & StepFact)
  | ({ readonly type: "step.skipped"; readonly reason: string } & StepFact)
  | ({ readonly type: "step.timed_out" } & StepFact)
  | ({ readonly type: "step.cancelled"; readonly reason: string } & StepFact)
  /** A fork keeps how the step ended in the run `from`, and does not execute it. */
  | ({ readonly type: "step.kept"; readonly status: string; readonly from: string } & StepFact)
  | {
      readonly type: "branch.taken";
      readonly address: Address;
      readonly taken: boolean;
      readonly condition: string;
    }
  | { readonly type: "loop.iterated"; readonly address: Address; readonly iteration: number }
  | {
      readonly type: "loop.ended";
      readonly address: Address;
      readonly iterations: number;
      readonly reason: string;
    }
  | {
      readonly type: "parallel.ended";
      readonly address: Address;
      readonly succeeded: number;
      readonly failed: number;
      readonly skipped: number;
    }
  | {
      readonly type: "gate.waiting";
      readonly address: Address;
      readonly name: string;
      readonly deadline: number;
    }
  | {
      readonly type: "gate.resolved";
      readonly address: Address;
      readonly name: string;
      readonly verdict: "approved" | "rejected";
      readonly by: string;
      /** What was said and chosen, as it was given. */
      readonly feedback?: string;
      readonly selections?: readonly string[];
    }
  /** The first failure after an answer; those that follow are counted in what the run waits for. */
  | {
      readonly type: "gate.poll_failed";
      readonly address: Address;
      readonly name: string;
      readonly problem: string;
    }
  | { readonly type: "gate.timed_out"; readonly address: Address; readonly name: string }
  | { readonly type: "fanout.collected"; readonly address: Address; readonly count: number }
  | {
      readonly type: "fanout.item_started";
      readonly address: Address;
      readonly itemId: string;
      readonly childRunId: string;
    }
  | {
      readonly type: "fanout.item_ended";
      readonly address: Address;
      readonly itemId: string;
      readonly status: string;
    }
  | {
      readonly type: "child.started";
      readonly address: Address;
      readonly childRunId: string;
      readonly workflow: string;
    }
  | {
      readonly type: "child.ended";
      readonly address: Address;
      readonly childRunId: string;
      readonly status: string;
    }
  | { readonly type: "signal.received"; readonly name: string }
  | { readonly type: "event.ignored"; readonly event: string; readonly reason: string }
  | { readonly type: "metrics.updated"; readonly totals: Totals }
  | {
      readonly type: "lease.acquired";
      readonly worker: string;
      readonly generation: number;
      readonly tookOver: boolean;
    }
  /** The owner before fell silent; told by the takeover, since who lost a lease can write no more. */
  | { readonly type: "lease.lost"; readonly worker: string; readonly generation: number };

/** A fact as it is read back. `id` orders the history and is what `Last-Event-ID` carries; `at` is epoch ms. */
export type HistoryEvent = Fact & { readonly id: string; readonly at: number };

/** A fact as the feed of all runs tells it. `id` orders the feed and is another one than in the run's history. */
export type FleetEvent = HistoryEvent & { readonly runId: string };
