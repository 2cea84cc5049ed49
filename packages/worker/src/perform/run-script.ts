/**
 * Performs `runScript`: `sh -c` in the run's working directory, in a process group of its own, with the environment
 * rules of the language. Exit 0 succeeds (FLOW_OUTPUT block, else the beginning of stdout as context), anything else
 * fails. An abort ends the whole group: SIGTERM, then SIGKILL after the grace time.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseFlowOutput } from "@runfleet/engine";
import type { Outcome, RunScript } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { failedOutcome } from "../outcomes.js";
import type { CapturedStream } from "./captured-stream.js";
import { captureStream } from "./captured-stream.js";
import type { PerformContext } from "./context.js";

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
  const cwd = await context.workingDir();
  const startedAt = performance.now();
  const child = spawn("sh", ["-c", command.command], {
    cwd,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const logBase = join(context.logDir, `${command.address}.${command.attempt}`);
  const stdout = captureStream(child.stdout, {
    bytesMax: limits.scriptStreamBytesMax,
    logFile: `${logBase}.stdout.log`,
  });
  const stderr = captureStream(child.stderr, {
    bytesMax: limits.scriptStreamBytesMax,
    logFile: `${logBase}.stderr.log`,
  });
  const stopKilling = killGroupOnAbort(child, signal, context.killGraceMs);
  try {
    const exitCode = await exited(child);
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

/** Time after the exit in which output of grandchildren that keep the pipes open is still read. */
const pipeGraceMs = 500;

/** The exit code, -1 when a signal ended the script. */
async function exited(child: ChildProcess): Promise<number> {
  const closed = once(child, "close");
  const [code] = (await Promise.race([once(child, "exit"), closed])) as [number | null];
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, pipeGraceMs);
  });
  await Promise.race([closed, patience]);
  clearTimeout(timer);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return code ?? -1;
}

function killGroupOnAbort(child: ChildProcess, signal: AbortSignal, graceMs: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  const abort = (): void => {
    killGroup(child, "SIGTERM");
    timer = setTimeout(() => killGroup(child, "SIGKILL"), graceMs);
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    if (signal.aborted) killGroup(child, "SIGKILL");
  };
}

function killGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    // ESRCH: the whole group has ended already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function environment(command: RunScript, context: PerformContext): Promise<NodeJS.ProcessEnv> {
  const { run, fence } = context;
  const identity = command.identity === undefined ? {} : { identity: command.identity };
  const provided = (await context.scriptEnv?.({ run, ...identity })) ?? {};
  const inputs = Object.entries(command.inputs)
    .filter(([name]) => /^[A-Za-z0-9_]+$/.test(name))
    .map(([name, value]) => [`RUNFLEET_INPUT_${name.toUpperCase()}`, value] as const);
  const own = Object.entries(command.env).filter(
    ([name]) => !/[=\0]/.test(name) && !protectedNames.has(name),
  );
  return {
    ...process.env,
    ...provided,
    ...Object.fromEntries(inputs),
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
    const message = `script "${name}" failed with exit code ${finished.exitCode}${detail === "" ? "" : `: ${detail}`}`;
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
