/**
 * One attempt of a call on a real worker's registry, without a fleet around it: what the engine would ask is given, what
 * comes back is the outcome the engine would get. Folders are temporary and real.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AgentRef, CallNode, Outcome, RunAction, RunRecord } from "@runfleet/model";
import type { WorkerConfig } from "@runfleet/worker";
import { afterAll } from "vitest";
import { systemClock } from "../../../packages/worker/src/clock.js";
import type { PerformContext } from "../../../packages/worker/src/perform/context.js";
import { runAction } from "../../../packages/worker/src/perform/run-action.js";
import { createRedactor } from "../../../packages/worker/src/redactor.js";
import { createRegistry } from "../../../packages/worker/src/registry.js";
import { runInfo } from "../engine/world.js";
import { silentLog, silentRunLog } from "../silent-log.js";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder with these files; deleted after the test file. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "runfleet-project-"));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export interface AttemptOptions {
  readonly config?: WorkerConfig;
  readonly agent?: AgentRef;
  readonly node?: Partial<CallNode>;
  readonly command?: Partial<RunAction>;
  readonly context?: Partial<PerformContext>;
  readonly signal?: AbortSignal;
}

/** What the engine would ask for a call of `act`. */
function callCommand({ agent = { kind: "name", value: "act" }, node, command }: AttemptOptions = {}) {
  const call: CallNode = { kind: "call", agent, retries: 0, with: [], pluginDirs: [], ...node };
  return {
    type: "runAction",
    address: "b.0",
    attempt: 1,
    retriesRemaining: 0,
    variables: {},
    timeoutMs: 60_000,
    dryRun: false,
    node: call,
    action: agent.value,
    with: call.with,
    pluginDirs: call.pluginDirs,
    ...(call.output === undefined ? {} : { output: call.output }),
    ...command,
  } satisfies RunAction;
}

export function performContext(options: AttemptOptions = {}): PerformContext {
  const dir = options.context?.configuredDir ?? folderWith();
  return {
    run: { ...runInfo({ id: "run-1", workflow: "review" }) } as RunRecord,
    fence: { runId: "run-1", generation: 42, nonce: "n" },
    registry: createRegistry(options.config ?? {}),
    scriptEnv: undefined,
    workingDir: () => dir,
    logDir: join(dir, "logs"),
    log: silentLog,
    runLog: silentRunLog,
    redactor: createRedactor(),
    killGraceMs: 300,
    traceHeaders: {},
    clock: systemClock,
    holdsRun: () => true,
    ...options.context,
  };
}

/** Performs the attempt. */
export function attempt(options: AttemptOptions = {}): Promise<Outcome> {
  const signal = options.signal ?? new AbortController().signal;
  return runAction(callCommand(options), performContext(options), signal);
}
