import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunRecord, RunScript } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { isAlive } from "../../../../test/support/is-alive.js";
import { silentLog, silentRunLog } from "../../../../test/support/silent-log.js";
import { systemClock } from "../clock.js";
import { createRedactor } from "../redactor.js";
import { createRegistry } from "../registry.js";
import type { PerformContext } from "./context.js";
import { runScript } from "./run-script.js";

let dir: string;
let context: PerformContext;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "runfleet-script-"));
  context = {
    run: { id: "run-1" } as RunRecord,
    fence: { runId: "run-1", generation: 42, nonce: "n" },
    registry: createRegistry({}),
    scriptEnv: () => ({ PROVIDED: "by the worker", OVERRIDDEN: "provider" }),
    workingDir: () => dir,
    logDir: join(dir, "logs"),
    log: silentLog,
    runLog: silentRunLog,
    redactor: createRedactor(),
    killGraceMs: 300,
    traceHeaders: {},
    clock: systemClock,
    holdsRun: () => true,
  };
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rm(dir, { recursive: true, force: true }));

function script(command: string, changes: Partial<RunScript> = {}): RunScript {
  return {
    type: "runScript",
    address: "b.0",
    attempt: 1,
    retriesRemaining: 0,
    variables: {},
    timeoutMs: 1_000,
    dryRun: false,
    node: { kind: "script", name: "probe", run: command, env: {}, retries: 0 },
    command,
    env: {},
    inputs: {},
    ...changes,
  };
}

function run(command: RunScript, signal = new AbortController().signal) {
  return runScript(command, context, signal);
}

describe("script", () => {
  it("succeeds at exit 0 with the beginning of stdout as context", async () => {
    const outcome = await run(script("printf hello; printf noise >&2"));
    expect(outcome).toMatchObject({ type: "succeeded", context: "hello", markers: [] });
    expect(outcome).not.toHaveProperty("output");
  });

  it("reads markers, context and structured output from its FLOW_OUTPUT block", async () => {
    const block = `echo '<<<FLOW_OUTPUT>>>{"markers":["ready"],"context":"c","base":"main"}<<<END_FLOW_OUTPUT>>>'`;
    const outcome = await run(script(block));
    expect(outcome).toMatchObject({ type: "succeeded", markers: ["ready"], context: "c" });
    expect(JSON.parse((outcome as { output: string }).output)).toMatchObject({ base: "main" });
  });

  it("fails with exit code and stderr", async () => {
    expect(await run(script("echo broken >&2; exit 3"))).toMatchObject({
      type: "failed",
      retryable: true,
      error: { message: 'script "probe" failed with exit code 3: broken' },
    });
  });

  it("says that a signal killed it, not an exit code that no program has", async () => {
    expect(await run(script("echo last words >&2; kill -9 $$"))).toMatchObject({
      type: "failed",
      error: { message: 'script "probe" failed with a signal that killed it: last words' },
    });
  });

  it("runs in the run's directory and sees inputs, its own env and the facts of its attempt", async () => {
    const names =
      "$RUNFLEET_INPUT_PR $RUNFLEET_RUN_ID $RUNFLEET_STEP $RUNFLEET_ATTEMPT $RUNFLEET_IDEMPOTENCY_KEY $RUNFLEET_FENCING_TOKEN";
    const command = script(`echo "$PWD|$PROVIDED|$OVERRIDDEN|${names}"`, {
      inputs: { pr: "7", "item.id": "not exported" },
      env: { OVERRIDDEN: "own", PATH: "/nowhere", "BAD=NAME": "x" },
      attempt: 2,
    });
    expect(await run(command)).toMatchObject({
      type: "succeeded",
      context: `${dir}|by the worker|own|7 run-1 probe 2 run-1:b.0 42\n`,
    });
  });

  it("keeps head and tail of a flood and writes all of it to a log file", async () => {
    const bytes = limits.scriptStreamBytesMax * 3;
    const outcome = await run(script(`echo first; head -c ${bytes} /dev/zero | tr '\\0' x; echo; echo last`));
    expect(outcome).toMatchObject({ type: "succeeded" });
    expect((outcome as { context: string }).context.startsWith("first\n")).toBe(true);
    const log = await readFile(join(dir, "logs", "b.0.1.stdout.log"), "utf8");
    expect(log.length).toBe(bytes + "first\n\nlast\n".length);
    expect(log.endsWith("last\n")).toBe(true);
  });

  it("does not inherit what belongs to the fleet alone, nor the trace of who started the worker", async () => {
    const own = ["RUNFLEET_SECRET_KEYS", "RUNFLEET_API_TOKENS", "RUNFLEET_SCALER_TOKEN"];
    const names = [...own, "TRACEPARENT", "TRACESTATE"];
    for (const name of names) vi.stubEnv(name, "of the fleet");
    vi.stubEnv("RUNFLEET_OTHER", "of the worker");
    const outcome = await run(script(`echo "[${names.map((name) => `$${name}`).join("")}]$RUNFLEET_OTHER"`));
    expect(outcome).toMatchObject({ context: "[]of the worker\n" });
  });

  it("has secrets masked before its output is cut or logged, and its command is not left lying", async () => {
    const secret = "of the sea";
    const redacting = { ...context, redactor: createRedactor({ token: secret }) };
    const flood = `x=$(head -c ${limits.scriptStreamBytesMax} /dev/zero | tr '\\0' x)`;
    const text = `${flood}; printf '%s${secret}%s${secret}' "$x" "$x"; : ${"y".repeat(200_000)}`;
    const outcome = await runScript(script(text), redacting, new AbortController().signal);
    expect(outcome).toMatchObject({ type: "succeeded" });
    const log = await readFile(join(dir, "logs", "b.0.1.stdout.log"), "utf8");
    expect(log.replaceAll(/x+/g, "x")).toBe("x***x***");
    expect(await readdir(dir)).not.toContain(".b.0.sh");
  });

  it("takes a command and inputs that are too long for an argument or a variable", async () => {
    const long = "x".repeat(200_000);
    const outcome = await run(
      script(`printf '%s' ${long} | wc -c; echo "[$RUNFLEET_INPUT_BIG]"`, { inputs: { big: long } }),
    );
    expect(outcome).toMatchObject({ type: "succeeded", context: "200000\n[]\n" });
    expect(await run(script("true", { env: { BIG: long } }))).toMatchObject({
      type: "failed",
      error: { code: "too_large" },
    });
  });

  it("fails when its folder is not there, and hurts nobody else", async () => {
    const nowhere = { ...context, workingDir: () => join(dir, "gone") };
    const outcome = await runScript(script("true"), nowhere, new AbortController().signal);
    expect(outcome).toMatchObject({ type: "failed", error: { message: expect.stringContaining("ENOENT") } });
  });

  it("takes what it left running along when it ends", async () => {
    const pidFile = join(dir, "background");
    expect(await run(script(`sleep 60 & echo $! > ${pidFile}; echo done`))).toMatchObject({
      context: "done\n",
    });
    const background = Number(await readFile(pidFile, "utf8"));
    await eventually(async () => (isAlive(background) ? undefined : true));
  });

  it("ends with its whole process group at an abort, also when it ignores SIGTERM", async () => {
    const abort = new AbortController();
    const pidFile = join(dir, "pid");
    const running = run(
      script(`trap '' TERM; sh -c 'trap "" TERM; echo $$ > ${pidFile}; sleep 60' & wait; sleep 60`),
      abort.signal,
    );
    const grandchild = Number(
      await eventually(() => readFile(pidFile, "utf8").then((text) => text.trim() || undefined)),
    );
    abort.abort("cancelled");
    expect(await running).toMatchObject({ type: "cancelled", reason: "cancelled" });
    await eventually(async () => (isAlive(grandchild) ? undefined : true));
  });
});

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error("it did not happen within 30 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
