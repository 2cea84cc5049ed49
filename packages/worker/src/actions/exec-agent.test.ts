import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "@runfleet/model";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../../test/support/eventually.js";
import { isAlive } from "../../../../test/support/is-alive.js";
import { type AttemptOptions, attempt, folderWith } from "../../../../test/support/worker/attempts.js";
import type { WorkerConfig } from "../config.js";
import { type ExecAgentOptions, execAgent } from "./exec-agent.js";

const verdict = "fields:\n  approved: boolean\n  summary?: string\n";
const root = folderWith({
  "agents/act.md": "---\nrole: actor\ncan_commit: true\nmodel: small\nruntime: shell\n---\nLook at {{pr}}.\n",
  "agents/deep/other.md": "Another one.",
  "prompts/tone.md": "Be kind to {{author}}.",
  "schemas/verdict.yaml": verdict,
});

/** One attempt by a real shell as the agent program. */
function agent(script: string, options: Partial<ExecAgentOptions> = {}, more: AttemptOptions = {}) {
  const action = execAgent({ command: "sh", args: ["-c", script, "agent"], ...options });
  const config: WorkerConfig = { root, schemas: "schemas", fallback: action };
  return attempt({ ...more, config, command: { variables: { pr: "7", author: "Ann" }, ...more.command } });
}

const says = (json: string) => `cat > /dev/null; echo '<<<FLOW_OUTPUT>>>${json}<<<END_FLOW_OUTPUT>>>'`;

describe("execAgent", () => {
  it("hands the program its prompt and takes markers, context, output and usage from its block", async () => {
    const json = '{"markers":["ready"],"context":"looked","base":"main","usage":{"costUsd":0.5,"turns":2}}';
    const dir = folderWith();
    const outcome = await agent(
      `cat > prompt.txt; ${says(json)}`,
      {},
      {
        node: { with: ["tone"] },
        context: { configuredDir: dir },
      },
    );
    expect(outcome).toMatchObject({
      type: "succeeded",
      markers: ["ready"],
      context: "looked",
      usage: { costUsd: 0.5, turns: 2, durationMs: expect.any(Number) },
    });
    expect(JSON.parse((outcome as { output: string }).output)).toMatchObject({ base: "main" });
    const prompt = readFileSync(join(dir, "prompt.txt"), "utf8");
    for (const part of [
      "Look at 7.",
      '- author: "Ann"',
      "Be kind to Ann.",
      "End your answer with this block",
    ]) {
      expect(prompt).toContain(part);
    }
  });

  it("tells the program about its attempt, in its environment and its arguments", async () => {
    const names = "RUN_ID STEP ATTEMPT IDEMPOTENCY_KEY FENCING_TOKEN MODEL MAX_TURNS IDENTITY DRY_RUN";
    const script = `cat > /dev/null; echo "$1|$2|$EXTRA|${names
      .split(" ")
      .map((name) => `$RUNFLEET_${name}`)
      .join("|")}"`;
    const outcome = await agent(
      script,
      { args: ["-c", script, "sh", "{{pr}} of {{model}}", "a 'b' $c"], env: { EXTRA: "e" } },
      {
        node: { maxTurns: 50 },
        command: { attempt: 2, identity: "bot" },
      },
    );
    expect(outcome).toMatchObject({
      type: "succeeded",
      markers: [],
      context: "",
      resultText: "7 of small|a 'b' $c|e|run-1|act|2|run-1:b.0|42|small|50|bot|false",
    });
  });

  it("lets arguments and environment depend on the request", async () => {
    const outcome = await agent(
      "",
      {
        args: ({ model = "none", runtime = "", canCommit }) => [
          "-c",
          `echo ${model} ${runtime} ${canCommit} $WHO`,
        ],
        env: ({ agent: name }) => ({ WHO: name }),
      },
      { command: { model: "of the run" } },
    );
    expect(outcome).toMatchObject({ resultText: "of the run shell true act" });
  });

  it("takes an agent by its path, and a prompt of its own instead of any file", async () => {
    const path = { kind: "path" as const, value: "agents/deep/other.md" };
    expect(await agent("cat", {}, { agent: path })).toMatchObject({
      resultText: expect.stringContaining("Another one."),
    });
    const given = await agent(
      "cat",
      { prompt: "Do {{pr}}." },
      { agent: { kind: "name", value: "no-such-file" } },
    );
    expect(given).toMatchObject({ type: "succeeded", resultText: expect.stringContaining("Do 7.") });
  });

  it("fails for good, before anything runs, when a file is missing", async () => {
    for (const missing of [
      { agent: { kind: "name" as const, value: "gone" } },
      { node: { with: ["gone"] } },
      { node: { output: "gone" } },
    ]) {
      const dir = folderWith();
      const outcome = await agent("touch ran", {}, { ...missing, context: { configuredDir: dir } });
      expect(outcome).toMatchObject({ type: "failed", retryable: false, error: { code: "invalid_config" } });
      expect((outcome as { error: { message: string } }).error.message).toMatch(
        /"gone" was not found; create one of/,
      );
      expect(existsSync(join(dir, "ran"))).toBe(false);
    }
  });

  it("holds the output to the step's schema: markers and context follow from it", async () => {
    const json = '{"markers":["mine"],"approved":false,"summary":"too large"}';
    expect(await agent(says(json), {}, { node: { output: "verdict" } })).toMatchObject({
      type: "succeeded",
      markers: ["not_approved"],
      context: "too large",
    });
  });

  it.each([
    ["echo no block", "it must be an object, it is missing"],
    [says('{"approved":"yes"}'), 'approved: must be a boolean, it is "yes"'],
  ])(
    "fails an attempt whose output does not fit, retryable and with what it cost: %s",
    async (script, problem) => {
      expect(await agent(script, {}, { node: { output: "verdict" } })).toMatchObject({
        type: "failed",
        retryable: true,
        error: { message: `structured output validation: schema "verdict": ${problem}` },
      });
      const priced = says('{"approved":1,"usage":{"costUsd":0.75}}');
      expect(await agent(priced, {}, { node: { output: "verdict" } })).toMatchObject({
        type: "failed",
        usage: { costUsd: 0.75 },
      });
    },
  );

  it("tells the next attempt what was wrong with the one before", async () => {
    const outcome = await agent("cat", {}, { command: { retryError: "approved: must be a boolean" } });
    expect(outcome).toMatchObject({
      resultText: expect.stringMatching(
        /^The attempt before this one failed.*\n\napproved: must be a boolean\n/,
      ),
    });
  });

  it("fails when the program fails, with its words and what it cost", async () => {
    expect(await agent("echo broken >&2; exit 3")).toMatchObject({
      type: "failed",
      retryable: true,
      error: { message: 'agent "act" failed with exit code 3: broken' },
    });
    const result = '{"type":"result","is_error":true,"result":"no credit","total_cost_usd":0.1}';
    expect(await agent(`echo '${result}'`)).toMatchObject({
      type: "failed",
      error: { message: 'agent "act" says that it failed: no credit' },
      usage: { costUsd: 0.1 },
    });
    expect(await agent("", { command: "no-such-program", args: [] })).toMatchObject({
      type: "failed",
      error: { message: expect.stringContaining("exit code 127") },
    });
  });

  it("fails when its folder is not there, and hurts nobody else", async () => {
    const nowhere = join(folderWith(), "gone");
    expect(await agent("cat", {}, { context: { configuredDir: nowhere } })).toMatchObject({
      type: "failed",
      error: { message: expect.stringContaining("ENOENT") },
    });
  });

  it("does not mind a program that reads nothing of a long prompt", async () => {
    expect(await agent("exec <&-; echo done", { prompt: "x".repeat(2_000_000) })).toMatchObject({
      type: "succeeded",
      resultText: "done",
    });
  });

  it("finds the block at the end of a flood that is larger than what is kept", async () => {
    const flood = `head -c ${limits.scriptStreamBytesMax * 2} /dev/zero | tr '\\0' x; echo`;
    const dir = folderWith();
    const outcome = await agent(
      `${flood}; ${says('{"markers":["last"]}')}`,
      {},
      { context: { configuredDir: dir } },
    );
    expect(outcome).toMatchObject({ type: "succeeded", markers: ["last"] });
    expect(existsSync(join(dir, "logs", "b.0.1.stdout.log"))).toBe(true);
  });

  it("is ended when it has printed nothing for too long, and not while it prints", async () => {
    const silent = await agent("echo started; exec sleep 60", { silentMs: 200 });
    expect(silent).toMatchObject({
      type: "failed",
      retryable: true,
      error: { message: 'agent "act" printed nothing for too long and was ended: started' },
    });
    expect(await agent("echo a; echo b >&2", { silentMs: 60_000 })).toMatchObject({ type: "succeeded" });
  });

  it("costs what it says it did, also when it was told to stop", async () => {
    const abort = new AbortController();
    const dir = folderWith();
    const result = '{"type":"result","result":"stopped","total_cost_usd":0.4}';
    const script = `trap 'echo "$RESULT"; exit 0' TERM; touch ready; while :; do sleep 0.05; done`;
    const more = { signal: abort.signal, context: { configuredDir: dir } };
    const running = agent(script, { env: { RESULT: result } }, more);
    await eventually("the agent is ready", () => (existsSync(join(dir, "ready")) ? true : undefined));
    abort.abort("timeout");
    expect(await running).toMatchObject({ type: "cancelled", reason: "timeout", usage: { costUsd: 0.4 } });
  });

  it("ends with its whole process group at an abort, also when it ignores SIGTERM", async () => {
    const abort = new AbortController();
    const dir = folderWith();
    const script = `trap '' TERM; sh -c 'trap "" TERM; echo $$ > pid; sleep 60' & wait; sleep 60`;
    const running = agent(
      script,
      { killGraceMs: 200 },
      { signal: abort.signal, context: { configuredDir: dir } },
    );
    const pid = Number(
      await eventually("the agent's child runs", () =>
        existsSync(join(dir, "pid")) ? readFileSync(join(dir, "pid"), "utf8").trim() || undefined : undefined,
      ),
    );
    abort.abort("timeout");
    expect(await running).toMatchObject({ type: "cancelled", reason: "timeout" });
    await eventually("its child has ended", () => (isAlive(pid) ? undefined : true));
  });
});
