/**
 * A whole run without a fleet: the engine decides, the worker's own performers carry out what it asks, one thing after
 * the other, and gates are approved as soon as they open. Nothing is scripted but the actions the test registers.
 */
import { compile, type Decision, decide, decodeState, encodeState, newState } from "@runfleet/engine";
import type {
  Command,
  Definition,
  EngineEvent,
  Outcome,
  RunAction,
  RunInfo,
  RunRecord,
  RunScript,
  StartChild,
  StepRecord,
} from "@runfleet/model";
import { attemptKey } from "@runfleet/model";
import type { WorkerConfig } from "@runfleet/worker";
import { runAction } from "../../../packages/worker/src/perform/run-action.js";
import { runScript } from "../../../packages/worker/src/perform/run-script.js";
import { runInfo, start } from "../engine/world.js";
import { performContext } from "./attempts.js";

export interface PerformRunOptions {
  readonly config?: WorkerConfig;
  readonly run?: Partial<RunInfo>;
  /** Variables of the run's context. */
  readonly injected?: Readonly<Record<string, string>>;
  /** What a person says at every gate. */
  readonly feedback?: string;
}

export interface PerformedRun {
  readonly decision: Decision;
  /** Commands in the order they were asked for. */
  readonly actions: readonly RunAction[];
  readonly scripts: readonly RunScript[];
  /** Child runs that were wanted; none is started, so the run waits for them. */
  readonly children: readonly StartChild[];
  /** The last record of each attempt. */
  readonly steps: readonly StepRecord[];
}

export async function performRun(
  definition: Definition,
  options: PerformRunOptions = {},
): Promise<PerformedRun> {
  const plan = compile(definition);
  const run = runInfo({ workflow: definition.name, ...options.run });
  const context = performContext({
    ...(options.config === undefined ? {} : { config: options.config }),
    context: { run: run as RunRecord },
  });
  const { signal } = new AbortController();
  const env = { now: start, run, injected: options.injected ?? {}, childId: () => "child" };
  const commands: Command[] = [];
  const steps = new Map<string, StepRecord>();

  const step = (state: Parameters<typeof decide>[1], events: readonly EngineEvent[]): Decision => {
    const decision = decide(plan, decodeState(encodeState(state)), events, env);
    commands.push(...decision.commands);
    for (const record of decision.steps) steps.set(attemptKey(record.address, record.attempt), record);
    for (const { address } of decision.gatesOpened) approvals.push(address);
    return decision;
  };
  const approvals: string[] = [];
  let decision = step(newState(run, start), [{ type: "started", at: start }]);
  for (let next = 0; next < commands.length || approvals.length > 0; ) {
    const gate = approvals.shift();
    if (gate !== undefined) {
      decision = step(decision.state, [approval(gate, options.feedback)]);
      continue;
    }
    const command = commands[next];
    next += 1;
    if (command?.type !== "runAction" && command?.type !== "runScript") continue;
    const perform = command.type === "runAction" ? runAction : runScript;
    const outcome = await (perform as (c: unknown, k: unknown, s: AbortSignal) => Promise<Outcome>)(
      command,
      context,
      signal,
    );
    const { address, attempt } = command;
    decision = step(decision.state, [{ type: "attemptEnded", address, attempt, outcome }]);
  }
  return {
    decision,
    actions: commands.filter((command) => command.type === "runAction"),
    scripts: commands.filter((command) => command.type === "runScript"),
    children: commands.filter((command) => command.type === "startChild"),
    steps: [...steps.values()],
  };
}

function approval(address: string, feedback: string | undefined): EngineEvent {
  const said = feedback === undefined ? {} : { feedback };
  return { type: "gateAnswered", at: start, address, verdict: "approved", by: "ann", ...said };
}
