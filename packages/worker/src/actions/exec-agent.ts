/**
 * The built-in action `execAgent`: hands a step to an agent program. The program gets the prompt on its standard input,
 * runs in the run's working directory in a process group of its own, and answers on its standard output. Exit code 0
 * succeeds. Knows no particular program; what it is called with is up to whoever configures it.
 */

import { substitute } from "@runfleet/engine";
import { limits } from "@runfleet/model";
import { environmentOf } from "@runfleet/tracing";
import type { ActionContext, ActionResult, AgentPrompt, AnyAction } from "../action.js";
import { RetryableError } from "../action.js";
import { captureStream } from "../perform/captured-stream.js";
import { inheritedEnvironment } from "../perform/inherited-environment.js";
import { killOnAbort } from "../perform/kill-on-abort.js";
import { badEnd, type ProcessGroup, startGroup } from "../perform/process-group.js";
import { type AgentOutput, readAgentOutput } from "./agent-output.js";

/** What the arguments and the environment of one attempt may depend on. */
export interface AgentRequest extends AgentPrompt {
  /** The agent's name, or its path, as written in the workflow. */
  readonly agent: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly attempt: number;
  readonly dryRun: boolean;
  readonly identity?: string;
  readonly maxTurns?: number;
  readonly pluginDirs: readonly string[];
  readonly workingDir: string;
}

export interface ExecAgentOptions {
  /** Under which name it is registered; default `exec-agent`. A fallback takes every name. */
  readonly name?: string;
  /** The program: a name in the PATH, or a path. */
  readonly command: string;
  /** Placeholders are filled in; each argument stays one, whatever is in it. */
  readonly args?: readonly string[] | ((request: AgentRequest) => readonly string[]);
  /** On top of the worker's own environment. */
  readonly env?:
    | Readonly<Record<string, string>>
    | ((request: AgentRequest) => Readonly<Record<string, string>>);
  /** The prompt of every step that is given to it; without it each step has an agent file. */
  readonly prompt?: string;
  /** When neither the run nor the agent file names one. */
  readonly model?: string;
  /** When the step has no `max_turns`. */
  readonly maxTurns?: number;
  /** An agent that prints nothing for this long is ended, and the attempt has failed; by default only the step's timeout ends it. */
  readonly silentMs?: number;
  /** Time between SIGTERM and SIGKILL; default 5 s. */
  readonly killGraceMs?: number;
}

interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** It was ended because it had printed nothing for too long. */
  readonly isSilent: boolean;
}

/** Characters of the answer kept as the result's text, and of stderr that become the error text. */
const excerptCharsMax = 2_000;
const killGraceMsDefault = 5_000;

/** An action that runs `command` for each attempt. */
export function execAgent(options: ExecAgentOptions): AnyAction {
  return {
    name: options.name ?? "exec-agent",
    promptFrom: options.prompt === undefined ? "agent_file" : "own",
    async run(context: ActionContext<unknown>): Promise<ActionResult<unknown>> {
      const request = await requestFor(context, options);
      const finished = await execute(context, { request, options });
      const output = readAgentOutput(finished.stdout);
      // Whatever it still said: an attempt that was told to stop has achieved nothing, but it may have cost something.
      const isStopped = context.signal.aborted || finished.isSilent;
      if (isStopped || finished.exitCode !== 0 || output.isError) throw failure(context, finished, output);
      return resultOf(output);
    },
  };
}

async function requestFor(context: ActionContext<unknown>, options: ExecAgentOptions): Promise<AgentRequest> {
  const prompt = await context.prompt(options.prompt === undefined ? {} : { body: options.prompt });
  const model = prompt.model ?? options.model;
  const maxTurns = context.maxTurns ?? options.maxTurns;
  const { action, variables, attempt, dryRun, identity, pluginDirs, workingDir } = context;
  return {
    ...prompt,
    ...{ agent: action, variables, attempt, dryRun, pluginDirs, workingDir },
    ...(model === undefined ? {} : { model }),
    ...(maxTurns === undefined ? {} : { maxTurns }),
    ...(identity === undefined ? {} : { identity }),
  };
}

async function execute(
  context: ActionContext<unknown>,
  { request, options }: { readonly request: AgentRequest; readonly options: ExecAgentOptions },
): Promise<Finished> {
  const { args = [], env = {} } = options;
  const words = typeof args === "function" ? args(request) : args.map((arg) => filledIn(arg, request));
  const group = await startGroup({
    command: ["exec", ...[options.command, ...words].map(quoted)].join(" "),
    cwd: request.workingDir,
    env: {
      ...inheritedEnvironment(),
      ...environmentOf(context.traceHeaders),
      ...(typeof env === "function" ? env(request) : env),
      ...facts(context, request),
    },
    commandFile: `${request.workingDir}/.${context.address}.sh`,
    stdin: request.text,
  });
  const capture = (name: "stdout" | "stderr") =>
    captureStream(group[name], {
      ...{ bytesMax: limits.scriptStreamBytesMax, redactor: context.redactor },
      logFile: `${context.logBase}.${name}.log`,
      printed: context.printed(name),
    });
  const [stdout, stderr] = [capture("stdout"), capture("stderr")];
  const silence = watchSilence(group, options.silentMs);
  const stop = AbortSignal.any([context.signal, silence.signal]);
  const stopKilling = killOnAbort(group, stop, options.killGraceMs ?? killGraceMsDefault);
  try {
    const exitCode = await group.exited();
    await Promise.all([stdout.close(), stderr.close()]);
    return { exitCode, stdout: stdout.text(), stderr: stderr.text(), isSilent: silence.signal.aborted };
  } finally {
    silence.end();
    stopKilling();
  }
}

/** A signal that is aborted when the group has printed nothing for `silentMs`; never without it. */
function watchSilence(
  group: ProcessGroup,
  silentMs: number | undefined,
): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  if (silentMs === undefined) return { signal: controller.signal, end: () => undefined };
  const timer = setTimeout(() => controller.abort(), silentMs);
  const heard = (): void => void timer.refresh();
  group.stdout.on("data", heard);
  group.stderr.on("data", heard);
  return { signal: controller.signal, end: () => clearTimeout(timer) };
}

/** The step's variables, and what is known of the attempt under the same names as in the environment. */
function filledIn(arg: string, { variables, model = "", maxTurns, agent }: AgentRequest): string {
  const own = { agent, model, max_turns: maxTurns === undefined ? "" : String(maxTurns) };
  return substitute(arg, { ...variables, ...own }, "strip");
}

function quoted(word: string): string {
  return substitute("{{word}}", { word }, "shell");
}

function facts(context: ActionContext<unknown>, request: AgentRequest): Record<string, string> {
  const { model, maxTurns, identity } = request;
  return {
    RUNFLEET_RUN_ID: context.runId,
    RUNFLEET_STEP: context.action,
    RUNFLEET_ATTEMPT: String(context.attempt),
    RUNFLEET_IDEMPOTENCY_KEY: context.idempotencyKey,
    RUNFLEET_FENCING_TOKEN: context.fencingToken,
    RUNFLEET_DRY_RUN: String(context.dryRun),
    ...(model === undefined ? {} : { RUNFLEET_MODEL: model }),
    ...(maxTurns === undefined ? {} : { RUNFLEET_MAX_TURNS: String(maxTurns) }),
    ...(identity === undefined ? {} : { RUNFLEET_IDENTITY: identity }),
  };
}

function failure(
  { action }: ActionContext<unknown>,
  { exitCode, stderr, isSilent }: Finished,
  { answer, block, usage }: AgentOutput,
): RetryableError {
  const reason = [block?.context, stderr, answer]
    .map((text) => text?.trim() ?? "")
    .find((text) => text !== "");
  const detail = reason === undefined ? "" : `: ${reason.slice(-excerptCharsMax)}`;
  const ended = exitCode === 0 ? "says that it failed" : `failed with ${badEnd(exitCode)}`;
  const how = isSilent ? "printed nothing for too long and was ended" : ended;
  return new RetryableError(`agent "${action}" ${how}${detail}`, { usage });
}

function resultOf({ answer, block, usage }: AgentOutput): ActionResult<unknown> {
  const resultText = answer.trim().slice(0, excerptCharsMax);
  if (block === undefined) return { resultText, usage };
  const { markers, context, output } = block;
  return {
    ...{ markers, context, resultText, usage },
    ...(output === undefined ? {} : { output: JSON.parse(output) as unknown }),
  };
}
