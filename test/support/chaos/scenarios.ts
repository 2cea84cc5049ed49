/**
 * What chaos runs execute, and how each must end whatever happens to the fleet: the status, how often each step that has
 * an effect completes, and the whole result.
 */
import type { RunStatus } from "@runfleet/model";
import { appendFromShell } from "./ledger.js";
import type { RunResult } from "./run-result.js";

export interface Scenario {
  readonly source: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly status: RunStatus;
  /** Step name → completions of steps with an effect in this run. */
  readonly completions: Readonly<Record<string, number>>;
  /** What the run is in the end, as `resultOf` tells it. */
  readonly result: (inputs: Readonly<Record<string, string>>) => RunResult;
  /** Workflow of the runs it starts, and the input `n` of each. */
  readonly children?: readonly string[];
  /** The step in the middle of which it is cancelled. */
  readonly cancelsAt?: string;
}

const script = [
  "sleep 0.05",
  appendFromShell,
  "sleep 0.05",
  `printf '<<<FLOW_OUTPUT>>>\\n{ "markers": ["t%s"], "context": "note" }\\n<<<END_FLOW_OUTPUT>>>\\n' "$RUNFLEET_FENCING_TOKEN"`,
].join("; ");

/** How long runs of `asleep` sleep. */
export const napMs = 2_000;
const items = 6;
const allItems = `foreach leaves: ${items} completed, 0 failed, 0 skipped of ${items} json`;
const itemIds = Array.from({ length: items }, (_, index) => String(index));

/** The action's name is the step's; it says its name, then what it was given or gathered. */
function worked(step: string, ...given: readonly string[]): string {
  return `${step}.0#1 completed says ${JSON.stringify([step, ...given].join(", "))}`;
}

/** By workflow name. The children of `fan` and `caller` are runs of `leaf`. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  leaf: {
    source: "workflow leaf { inputs { n required } call fetch call keep }",
    inputs: { n: "alone" },
    status: "completed",
    completions: { fetch: 1, keep: 1 },
    result: ({ n = "" }) => ({ end: "completed", steps: [worked("fetch", n), worked("keep", n)] }),
  },
  sequence: {
    source: `workflow sequence { call a call b script note { run = ${JSON.stringify(script)} } call c call after }`,
    status: "completed",
    completions: { a: 1, b: 1, note: 1, c: 1, after: 1 },
    result: () => ({
      end: "completed",
      steps: [worked("a"), worked("b"), worked("note"), worked("c"), worked("after", "a", "b", "c", "note")],
    }),
  },
  branches: {
    source: "workflow branches { call plan parallel checks { call a call b call c call d } call merge }",
    status: "completed",
    completions: { plan: 1, a: 1, b: 1, c: 1, d: 1, merge: 1 },
    result: () => ({
      end: "completed",
      steps: [
        ...["a", "b", "c", "d", "plan"].map((step) => worked(step)),
        worked("merge", "a", "b", "c", "d", "plan"),
      ],
    }),
  },
  fan: {
    source: `workflow fan {
      inputs { list required }
      call plan
      foreach leaves {
        over = json filter = { from = "list" } workflow = leaf max_parallel = 3 inputs = { n = "{{item.id}}" }
      }
      call collect
    }`,
    inputs: { list: JSON.stringify(itemIds) },
    status: "completed",
    completions: { plan: 1, collect: 1 },
    result: () => ({
      end: "completed",
      steps: [
        worked("plan"),
        `leaves.0#1 completed says ${JSON.stringify(allItems)} {"total":6,"running":0,"completed":6,"failed":0,"skipped":0}`,
        worked("collect", allItems, "plan"),
      ],
    }),
    children: itemIds,
  },
  caller: {
    source: 'workflow caller { call plan call workflow leaf { inputs { n = "called" } } call collect }',
    status: "completed",
    completions: { plan: 1, collect: 1 },
    result: () => ({
      end: "completed",
      steps: [
        worked("plan"),
        'leaf.0#1 completed says "keep, called"',
        worked("collect", "fetch, called", "keep, called", "keep, called", "plan"),
      ],
    }),
    children: ["called"],
  },
  gated: {
    source: 'workflow gated { call before gate human_review { prompt = "go on?" } call after }',
    status: "completed",
    completions: { before: 1, after: 1 },
    result: () => ({
      end: "completed",
      steps: [worked("before"), "human_review.0#1 completed", worked("after", "before")],
    }),
  },
  asleep: {
    source: `workflow asleep { call before sleep nap { for = "${napMs / 1_000}s" } call after }`,
    status: "completed",
    completions: { before: 1, after: 1 },
    result: () => ({
      end: "completed",
      steps: [worked("before"), "nap.0#1 completed", worked("after", "before")],
    }),
  },
  retried: {
    source: 'workflow retried { call flaky { retries = 2 retry_delay = "1500ms" } call after }',
    status: "completed",
    completions: { flaky: 1, after: 1 },
    result: () => ({
      end: "completed",
      steps: [
        "flaky.0#1 failed because attempt 1 of t… fails",
        "flaky.0#2 failed because attempt 2 of t… fails",
        'flaky.0#3 completed says "flaky"',
        worked("after", "flaky"),
      ],
    }),
  },
  looping: {
    source: `workflow looping {
      do { max_iterations = 3 on_max_iter = continue call fix call again } while again.more
      call after
    }`,
    status: "completed",
    completions: { fix: 3, again: 3, after: 1 },
    result: () => ({
      end: "completed",
      steps: [
        ...[0, 1, 2].flatMap((iteration) => [
          `fix.${iteration}#1 completed says "fix"`,
          `again.${iteration}#1 completed +more says "again"`,
        ]),
        worked("after", "again", "again", "again", "fix", "fix", "fix"),
      ],
    }),
  },
  once: {
    source: "workflow once { call pay call send call after }",
    status: "completed",
    completions: { after: 1 },
    result: () => ({
      end: "completed",
      steps: [worked("pay"), worked("send"), worked("after", "pay", "send")],
    }),
  },
  failing: {
    source: "workflow failing { call a call broken call never always { call cleanup } }",
    status: "failed",
    completions: { a: 1, cleanup: 1 },
    result: () => ({
      end: "failed step_failed step 'broken' failed after 1 attempt: t… always fails",
      steps: [worked("a"), "broken.0#1 failed because t… always fails", worked("cleanup", "a")],
    }),
  },
  cancelled: {
    source: "workflow cancelled { call hang call never always { call cleanup } }",
    status: "cancelled",
    completions: { cleanup: 1 },
    result: () => ({
      end: "cancelled run_cancelled chaos",
      steps: ["hang.0#1 cancelled", worked("cleanup")],
    }),
    cancelsAt: "hang",
  },
};
