/** How the oracle asks the world for one attempt: what it says, what it hears, and how it takes the question back. */
import type {
  CallNode,
  ChildNode,
  ChildResult,
  Failure,
  GivenResult,
  Outcome,
  ScriptNode,
  StepRecord,
  StepStatus,
} from "@runfleet/model";
import { agentKey } from "@runfleet/model";
import type { Asked } from "./lines.js";
import type { Machine, Place } from "./machine.js";
import { filled, filledAll } from "./memory.js";
import { childInputs } from "./secrets.js";

export type RetriedNode = CallNode | ScriptNode | ChildNode;

export interface Answer {
  readonly outcome: Outcome;
  readonly child?: ChildResult;
}

export interface Attempt extends Place {
  readonly node: RetriedNode;
  readonly attempt: number;
  readonly ordinal: number;
  readonly startedAt: number;
  readonly childId: string | undefined;
  readonly lastError: Failure | undefined;
  /** An attempt of this step may have had its effect without anybody knowing. */
  readonly mayHaveRun: boolean;
  /** How often this attempt was asked for before. */
  readonly nth: number;
  /** What a person said the result was. */
  readonly given?: GivenResult | undefined;
}

/** Something handed out: its answer, and the way to say that nobody needs it any more. */
interface Question {
  readonly answer: Promise<Answer>;
  abort(reason: "timeout" | "stop"): void;
}

export function nameOf(node: RetriedNode): string {
  if (node.kind === "call") return agentKey(node.agent);
  return node.kind === "child" ? node.workflow : node.name;
}

export function entry(step: Attempt, status: StepStatus): Omit<StepRecord, "iteration" | "markers"> {
  const { at: address, node, attempt, ordinal, startedAt, childId } = step;
  const child = childId === undefined ? {} : { childRunId: childId };
  return { address, name: nameOf(node), kind: node.kind, status, attempt, ordinal, startedAt, ...child };
}

export function immediateAnswer({ program: { run } }: Machine, { node }: Attempt): Answer | undefined {
  if (node.kind === "script" && run.dryRun)
    return { outcome: { type: "succeeded", markers: [], context: "" } };
  if (node.kind !== "child" || run.depth < 5) return undefined;
  const message = `'${node.workflow}' would be 6 workflows below the root, at most 5 are allowed`;
  return { outcome: { type: "failed", error: { code: "depth_limit", message }, retryable: false } };
}

export function timeoutOf({ program }: Machine, node: RetriedNode): number | undefined {
  return node.timeoutMs ?? (node.kind === "child" ? undefined : program.run.stepTimeoutMs);
}

export function ask(machine: Machine, step: Attempt): Question {
  const { log, program } = machine;
  const { at, attempt, childId, node, stop } = step;
  if (node.kind !== "child" || childId === undefined) {
    log.ask(commandOf(machine, step));
    const { result: outcome, ...times } = program.answers.attempt(at, attempt, step.nth);
    return question(machine, times, {
      natural: { outcome },
      aborted: { outcome: { type: "cancelled", reason: "told to", usage: { turns: 1 } } },
      abort(reason) {
        const stopReason = stop.reason === "fail_fast" ? "fail_fast" : "cancelled";
        log.ask({
          type: "abortAttempt",
          address: at,
          attempt,
          reason: reason === "timeout" ? reason : stopReason,
        });
      },
    });
  }
  const { inputs, as } = node;
  const identity = as ?? program.run.identity;
  log.ask({
    type: "startChild",
    childId,
    address: at,
    workflow: node.workflow,
    ...childInputs(machine, inputs, machine.memory.variables(step.failed)),
    ...(identity && { identity }),
  });
  log.note({ type: "child.started", address: at, childRunId: childId, workflow: node.workflow });
  const { result, ...times } = program.answers.child(childId);
  return question(machine, times, {
    natural: childAnswer(result),
    aborted: childAnswer({ ...result, status: "cancelled" }),
    abort: (reason) =>
      log.ask({ type: "cancelChild", childId, reason: reason === "timeout" ? reason : (stop.reason ?? "") }),
  });
}

function question(
  { clock }: Machine,
  { afterMs, stopsAfterMs }: { afterMs: number; stopsAfterMs?: number },
  answers: { natural: Answer; aborted: Answer; abort: (reason: "timeout" | "stop") => void },
): Question {
  let end: (answer: Answer) => void = () => {};
  const answer = new Promise<Answer>((resolve) => {
    end = resolve;
  });
  void clock.until(clock.now() + afterMs).then(() => end(answers.natural));
  return {
    answer,
    abort(reason) {
      answers.abort(reason);
      if (stopsAfterMs !== undefined)
        void clock.until(clock.now() + stopsAfterMs).then(() => end(answers.aborted));
    },
  };
}

function childAnswer(child: ChildResult): Answer {
  const { status, markers, context, error, totals } = child;
  const { hasLlmMetrics: _flag, ...usage } = totals;
  if (status === "completed") return { child, outcome: { type: "succeeded", markers, context, usage } };
  const message = error === undefined ? `child run ${status}` : `child run ${status}: ${error.message}`;
  return {
    child,
    outcome: {
      type: "failed",
      error: { code: "child_failed", message },
      retryable: status === "failed",
      usage,
    },
  };
}

function commandOf(machine: Machine, step: Attempt): Asked {
  const { memory, program } = machine;
  const { run } = program;
  const { at, attempt, node, lastError, scope } = step;
  const identity = node.as ?? run.identity;
  const variables = memory.revealed(step.failed);
  const told = {
    address: at,
    attempt,
    retriesRemaining: node.retries + 1 - attempt,
    variables,
    timeoutMs: timeoutOf(machine, node) ?? 0,
    dryRun: run.dryRun,
    ...(lastError && { retryError: lastError.message }),
    ...(identity && { identity }),
  };
  if (node.kind === "script") {
    const command = filled(node.run, variables, { missing: "strip", quote: quoted });
    return {
      type: "runScript",
      ...told,
      command,
      env: filledAll(node.env, variables, "strip"),
      inputs: memory.revealedInputs(),
    };
  }
  const call = node as CallNode;
  const output = call.output ?? scope.output;
  const gateFeedback = memory.feedback();
  return {
    type: "runAction",
    ...told,
    action: call.agent.value,
    with: [...scope.with, ...call.with],
    pluginDirs: [...run.pluginDirs, ...call.pluginDirs.filter((dir) => !run.pluginDirs.includes(dir))],
    ...(run.model !== undefined && { model: run.model }),
    ...(output !== undefined && { output }),
    ...(gateFeedback !== undefined && { gateFeedback }),
    ...(step.mayHaveRun && { mayHaveRun: true }),
    ...(step.given !== undefined && { given: step.given }),
  };
}

/** One word for `sh`, whatever is in it. */
function quoted(value: string): string {
  return `'${value.split("'").join("'\\''")}'`;
}
