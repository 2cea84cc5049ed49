/**
 * What chaos runs execute, and how each must end whatever happens to the workers: the status, and how often each step
 * that has an effect completes.
 */
import type { RunStatus } from "@runfleet/model";
import { appendFromShell } from "./ledger.js";

export interface Scenario {
  readonly source: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly status: RunStatus;
  /** Step name → completions of steps with an effect in this run. */
  readonly completions: Readonly<Record<string, number>>;
  /** What is asked from outside while it runs. */
  readonly cancelAfterMs?: number;
}

const script = [
  "sleep 0.05",
  appendFromShell,
  "sleep 0.05",
  `printf '<<<FLOW_OUTPUT>>>\\n{ "markers": ["t%s"] }\\n<<<END_FLOW_OUTPUT>>>\\n' "$RUNFLEET_FENCING_TOKEN"`,
].join("; ");

const items = 6;

/** By workflow name. The children of `fan` are runs of `leaf`. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  leaf: {
    source: "workflow leaf { inputs { n required } call fetch call keep }",
    inputs: { n: "alone" },
    status: "completed",
    completions: { fetch: 1, keep: 1 },
  },
  sequence: {
    source: `workflow sequence { call a call b script note { run = ${JSON.stringify(script)} } call c call d }`,
    status: "completed",
    completions: { a: 1, b: 1, note: 1, c: 1, d: 1 },
  },
  branches: {
    source: "workflow branches { call plan parallel checks { call a call b call c call d } call merge }",
    status: "completed",
    completions: { plan: 1, a: 1, b: 1, c: 1, d: 1, merge: 1 },
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
    inputs: { list: JSON.stringify(Array.from({ length: items }, (_, index) => index)) },
    status: "completed",
    completions: { plan: 1, collect: 1 },
  },
  gated: {
    source: 'workflow gated { call before gate human_review { prompt = "go on?" } call after }',
    status: "completed",
    completions: { before: 1, after: 1 },
  },
  asleep: {
    source: 'workflow asleep { call before sleep nap { for = "2s" } call after }',
    status: "completed",
    completions: { before: 1, after: 1 },
  },
  retried: {
    source: 'workflow retried { call flaky { retries = 2 retry_delay = "1500ms" } call after }',
    status: "completed",
    completions: { flaky: 1, after: 1 },
  },
  looping: {
    source: `workflow looping {
      do { max_iterations = 3 on_max_iter = continue call fix call again } while again.more
      call after
    }`,
    status: "completed",
    completions: { fix: 3, again: 3, after: 1 },
  },
  failing: {
    source: "workflow failing { call a call broken call never always { call cleanup } }",
    status: "failed",
    completions: { a: 1, cleanup: 1 },
  },
  cancelled: {
    source: "workflow cancelled { call hang call never always { call cleanup } }",
    status: "cancelled",
    completions: { cleanup: 1 },
    cancelAfterMs: 1_500,
  },
};

/** Children of one run of `fan`. */
export const fanChildren: number = items;
