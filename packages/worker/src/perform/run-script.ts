/**
 * Performs `runScript`: `sh -c` in the run's working directory, in a process group of its own, with the environment
 * rules of the language. Exit 0 succeeds (FLOW_OUTPUT block, else the beginning of stdout as context), anything else
 * fails. An abort ends the whole group: SIGTERM, then SIGKILL after the grace time. What a script leaves running ends
 * with it, and everything ends with this process.
 */
import { join } from "node:path";
import { parseFlowOutput } from "@runfleet/engine";
import type { Outcome, RunScript } from "@runfleet/model";
import { limits, RunfleetError } from "@runfleet/model";
import { environmentOf } from "@runfleet/tracing";
import { failedOutcome } from "../outcomes.js";
import type { CapturedStream } from "./captured-stream.js";
import { captureStream } from "./captured-stream.js";
import type { PerformContext } from "./context.js";
import { inheritedEnvironment } from "./inherited-environment.js";
import { killOnAbort } from "./kill-on-abort.js";
import { argumentBytesMax, badEnd, startGroup } from "./process-group.js";
import { printedBy } from "./step-log.js";

/** Characters of stdout that become the context, and of stderr that become the error text. */
const excerptCharsMax = 2_000;

/** Names an `env` block may not set: they would change what runs instead of what it is told. */
const protectedNames: ReadonlySet<string> = new Set([
  "LD_PRELOAD",
  "LD_LIBRARY_PATH",
  "DYLD_LIBRARY_PATH",
  "DYLD_INSERT_LIBRARIES",
  "PATH",
  "PYTHONPATH",
  "RUBYLIB",
  "NODE_PATH",
  "GH_TOKEN",
]);

interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export async function runScript(
  command: RunScript,
  context: PerformContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const startedAt = performance.now();
  try {
    const finished = await execute(command, context, signal);
    return outcomeOf(command, finished, signal);
  } catch (error) {
    return { ...failedOutcome(error), usage: { durationMs: Math.round(performance.now() - startedAt) } };
  }
}

async function execute(command: RunScript, context: PerformContext, signal: AbortSignal): Promise<Finished> {
  const env = await environment(command, context);
  const cwd = context.workingDir();
  const logBase = join(context.logDir, `${command.address}.${command.attempt}`);
  const startedAt = performance.now();
  const group = await startGroup({
    command: command.command,
    cwd,
    env,
    commandFile: join(cwd, `.${command.address}.sh`),
  });
  const capture = (name: "stdout" | "stderr"): CapturedStream =>
    captureStream(group[name], {
      ...{ bytesMax: limits.scriptStreamBytesMax, redactor: context.redactor },
      logFile: `${logBase}.${name}.log`,
      printed: printedBy(command, context.runLog, name),
    });
  const [stdout, stderr] = [capture("stdout"), capture("stderr")];
  const stopKilling = killOnAbort(group, signal, context.killGraceMs);
  try {
    const exitCode = await group.exited();
    return {
      exitCode,
      ...(await texts(stdout, stderr)),
      durationMs: Math.round(performance.now() - startedAt),
    };
  } finally {
    stopKilling();
  }
}

async function texts(
  stdout: CapturedStream,
  stderr: CapturedStream,
): Promise<{ stdout: string; stderr: string }> {
  await Promise.all([stdout.close(), stderr.close()]);
  return { stdout: stdout.text(), stderr: stderr.text() };
}

async function environment(command: RunScript, context: PerformContext): Promise<NodeJS.ProcessEnv> {
  const { run, fence } = context;
  const identity = command.identity === undefined ? {} : { identity: command.identity };
  const provided = (await context.scriptEnv?.({ run, ...identity })) ?? {};
  const inputs = Object.entries(command.inputs)
    .filter(([name]) => /^[A-Za-z0-9_]+$/.test(name))
    .map(([name, value]) => [`RUNFLEET_INPUT_${name.toUpperCase()}`, value] as const);
  const isShort = ([name, value]: readonly [string, string]): boolean =>
    Buffer.byteLength(name) + Buffer.byteLength(value) < argumentBytesMax;
  for (const [name] of inputs.filter((entry) => !isShort(entry))) {
    context.log.warn("an input is too large for the environment and left out; use {{name}} in `run`", {
      name,
    });
  }
  const own = Object.entries(command.env).filter(
    ([name]) => !/[=\0]/.test(name) && !protectedNames.has(name),
  );
  const tooLong = own.find((entry) => !isShort(entry));
  if (tooLong !== undefined) {
    throw new RunfleetError(
      "too_large",
      `env ${tooLong[0]} of script "${command.node.name}" is over ${argumentBytesMax} bytes`,
    );
  }
  return {
    ...inheritedEnvironment(),
    ...environmentOf(context.traceHeaders),
    ...provided,
    ...Object.fromEntries(inputs.filter(isShort)),
    ...Object.fromEntries(own),
    RUNFLEET_RUN_ID: run.id,
    RUNFLEET_STEP: command.node.name,
    RUNFLEET_ATTEMPT: String(command.attempt),
    RUNFLEET_IDEMPOTENCY_KEY: `${run.id}:${command.address}`,
    RUNFLEET_FENCING_TOKEN: String(fence.generation),
  };
}

function outcomeOf(command: RunScript, finished: Finished, signal: AbortSignal): Outcome {
  const usage = { durationMs: finished.durationMs };
  const { name } = command.node;
  if (signal.aborted) return { type: "cancelled", reason: String(signal.reason), usage };
  if (finished.exitCode !== 0) {
    const detail = finished.stderr.trim().slice(0, excerptCharsMax);
    const message = `script "${name}" failed with ${badEnd(finished.exitCode)}${detail === "" ? "" : `: ${detail}`}`;
    return { type: "failed", error: { code: "step_failed", message }, retryable: true, usage };
  }
  const block = parseFlowOutput(finished.stdout);
  const resultText = `script "${name}" completed`;
  if (block === undefined) {
    return {
      type: "succeeded",
      markers: [],
      context: finished.stdout.slice(0, excerptCharsMax),
      resultText,
      usage,
    };
  }
  return { type: "succeeded", ...block, resultText, usage };
}
