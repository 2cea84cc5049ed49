// The reference's tests of `script` (its group N), with real shell processes: each run goes through activation and store.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { Node, RunInfo } from "@runfleet/model";
import type { WorkerConfig } from "@runfleet/worker";
import { expect, test } from "vitest";
import { call, flow, script } from "../../support/engine/definitions.js";
import { eventually } from "../../support/eventually.js";
import { openMemoryFleet, type Remains, stepLines } from "../../support/worker/memory-fleet.js";

/** A run of one script named `probe`. */
function probe(
  command: string,
  node: Parameters<typeof script>[1] = {},
  more: { run?: Partial<RunInfo>; config?: WorkerConfig } = {},
): Promise<Remains> {
  return runOf([script("probe", { run: command, ...node })], more);
}

async function runOf(
  body: Node[],
  { run, config = {} }: { run?: Partial<RunInfo>; config?: WorkerConfig } = {},
): Promise<Remains> {
  return (await openMemoryFleet({ config })).run(flow(body), run);
}

const block = (json: string) => `echo '<<<FLOW_OUTPUT>>>${json}<<<END_FLOW_OUTPUT>>>'`;

test("T-SCR-01 markers and context of a FLOW_OUTPUT block reach the step's record", async () => {
  const { record, steps } = await probe(block('{"markers":["ready"],"context":"all good"}'));
  expect(record.status).toBe("completed");
  expect(steps).toMatchObject([{ status: "completed", markers: ["ready"], context: "all good" }]);
});

test("T-SCR-02 without a block the raw output is the context, without markers", async () => {
  const { steps } = await probe("echo just text");
  expect(steps).toMatchObject([{ status: "completed", markers: [], context: "just text\n" }]);
  expect(steps[0]).not.toHaveProperty("output");
});

test("T-SCR-03 an input whose name is no variable name is left out, the others are there", async () => {
  const { record, steps } = await probe(
    'echo "$RUNFLEET_INPUT_VALID_KEY"; env | grep -c "^RUNFLEET_INPUT_"',
    {},
    {
      run: { inputs: { VALID_KEY: "here", "BAD=KEY": "never" } },
    },
  );
  expect(record.status).toBe("completed");
  expect(steps[0]?.context).toBe("here\n1\n");
});

test("T-SCR-04 variables of the env block reach the process", async () => {
  const { steps } = await probe('echo "$COLOUR"', { env: { COLOUR: "green" } });
  expect(steps[0]?.context).toBe("green\n");
});

test("T-SCR-05 values of the env block are substituted, unquoted", async () => {
  const { steps } = await runOf([
    script("first", { run: 'printf "it\'s \\$HOME"' }),
    script("second", { run: 'echo "$SEEN|$GONE"', env: { SEEN: "{{prior_context}}", GONE: "{{nobody}}" } }),
  ]);
  expect(steps[1]?.context).toBe("it's $HOME|\n");
});

test("T-SCR-06 names that would change what runs are refused, the others arrive", async () => {
  const { steps } = await probe('echo "$LD_PRELOAD|$DYLD_LIBRARY_PATH|$HARMLESS"', {
    env: { LD_PRELOAD: "/tmp/evil.so", DYLD_LIBRARY_PATH: "/tmp/evil", HARMLESS: "yes" },
  });
  expect(steps[0]?.context).toBe("||yes\n");
});

test("T-SCR-07 a timeout kills a script that takes too long; the attempt has timed out", async () => {
  const { record, steps } = await probe("sleep 60", { timeoutMs: 50 });
  expect(record).toMatchObject({ status: "failed", error: { code: "step_timed_out" } });
  expect(steps).toMatchObject([
    { status: "timed_out", error: { message: expect.stringMatching(/timed out after 50 ms/) } },
  ]);
});

test("T-SCR-08 output larger than a pipe does not block the script", async () => {
  const { steps } = await probe("head -c 131072 /dev/zero | tr '\\0' x; head -c 131072 /dev/zero >&2");
  expect(stepLines(steps)).toEqual(["probe#1 completed"]);
});

test("T-SCR-09 output that is no UTF-8 does not hurt", async () => {
  const { steps } = await probe("printf 'a\\377\\376b'");
  expect(steps).toMatchObject([{ status: "completed", context: "a\uFFFD\uFFFDb" }]);
});

test("T-SCR-10 an exit code fails the step, with what was written to stderr", async () => {
  const { record, steps } = await probe("echo ignored; echo the disk is full >&2; exit 1");
  expect(record.status).toBe("failed");
  expect(steps).toMatchObject([
    { status: "failed", error: { message: expect.stringContaining("exit code 1: the disk is full") } },
  ]);
});

test("T-SCR-11 an error text that is no UTF-8 does not hurt", async () => {
  const { steps } = await probe("printf '\\377broken' >&2; exit 1");
  expect(steps).toMatchObject([
    { status: "failed", error: { message: expect.stringContaining("\uFFFDbroken") } },
  ]);
});

test("gap N: dry-run executes nothing and leaves an empty context", async () => {
  const fleet = await openMemoryFleet();
  const body = [script("probe", { run: "touch touched" }), script("next")];
  const { record, steps } = await fleet.run(flow(body), { dryRun: true });
  expect(record.status).toBe("completed");
  expect(steps).toMatchObject([
    { status: "completed", context: "", resultText: "dry run: the script was not executed" },
    { status: "completed" },
  ]);
  expect(await readdir(fleet.dir)).not.toContain("touched");
});

test("gap N: on_fail = continue forgives a failed script, whose record stays failed", async () => {
  const { record, steps, history } = await probe("exit 7", { onFail: { kind: "continue" } });
  expect(record.status).toBe("completed");
  expect(stepLines(steps)).toEqual(["probe#1 failed"]);
  expect(history.map(({ type }) => type)).toContain("step.skipped");
});

test("gap N: an on_fail agent of a script is called with what failed", async () => {
  const seen: Record<string, string>[] = [];
  const repair = {
    name: "repair",
    run: ({ variables }: { variables: Readonly<Record<string, string>> }) => {
      seen.push({ ...variables });
      return Promise.resolve({});
    },
  };
  const { record, steps } = await probe(
    "echo why >&2; exit 7",
    { retries: 1, onFail: { kind: "agent", agent: { kind: "name", value: "repair" } } },
    { config: { actions: [repair] } },
  );
  expect(record.status).toBe("failed");
  expect(stepLines(steps)).toEqual(["probe#1 failed", "probe#2 failed", "repair#1 completed"]);
  expect(seen).toMatchObject([
    { failed_step: "probe", retry_count: "1", failure_reason: expect.stringContaining("why") },
  ]);
});

test("gap N: retries run the script again, each attempt with its own record and number", async () => {
  const { record, steps } = await probe('test "$RUNFLEET_ATTEMPT" = 3 && echo "$RUNFLEET_ATTEMPT"', {
    retries: 2,
  });
  expect(record.status).toBe("completed");
  expect(stepLines(steps)).toEqual(["probe#1 failed", "probe#2 failed", "probe#3 completed"]);
  expect(steps[2]?.context).toBe("3\n");
});

test("gap N: shell quoting end to end: no value leaves its word", async () => {
  const evil = '\'; echo broken; $(echo sub) `echo tick` "$HOME" {{other}} \\';
  const { steps } = await probe(
    "printf %s {{evil}}; echo '|'{{nobody}}'|'",
    {},
    {
      run: { inputs: { evil, other: "expanded" } },
    },
  );
  expect(steps[0]?.context).toBe(`${evil}||\n`);
});

test("gap N: the context is cut after 2000 characters, the error text too", async () => {
  const flood = "head -c 5000 /dev/zero | tr '\\0' x";
  const { steps } = await probe(flood);
  expect(steps[0]?.context).toBe("x".repeat(2_000));
  const { steps: red } = await probe(`${flood} >&2; exit 1`);
  expect(red[0]?.error?.message.match(/x+$/)?.[0]).toHaveLength(2_000);
});

test("gap N: further members of the block are kept in the structured output and become variables", async () => {
  const { steps } = await runOf([
    script("first", { run: block('{"markers":["m"],"base":"main","count":3}') }),
    script("second", { run: "echo {{base}}{{count}}" }),
  ]);
  expect(JSON.parse(steps[0]?.output ?? "")).toEqual({
    markers: ["m"],
    context: "",
    base: "main",
    count: 3,
  });
  expect(steps[1]?.context).toBe("main\n");
});

test("gap N: precedence of the environment: worker, provider, inputs, own block, facts of the attempt", async () => {
  const asked: unknown[] = [];
  const names = "$HOME $HOST_ONLY $SHARED $RUNFLEET_INPUT_A $RUNFLEET_INPUT_B $RUNFLEET_STEP $GH_TOKEN";
  const { steps } = await probe(
    `echo "${names}"`,
    {
      as: "bot",
      env: { SHARED: "block", RUNFLEET_INPUT_B: "block", RUNFLEET_STEP: "never", GH_TOKEN: "never" },
    },
    {
      run: { inputs: { a: "input", b: "input" }, identity: "default-bot" },
      config: {
        scriptEnv: (request) => {
          asked.push(request.identity);
          return {
            HOME: "provider",
            HOST_ONLY: "provider",
            SHARED: "provider",
            RUNFLEET_INPUT_A: "never",
            GH_TOKEN: "token",
          };
        },
      },
    },
  );
  expect(asked).toEqual(["bot"]);
  expect(steps[0]?.context).toBe("provider provider block input block probe token\n");
});

test("gap N: cancellation ends the script at once and the run is cancelled", async () => {
  const fleet = await openMemoryFleet();
  const { ended } = await fleet.start(
    flow([script("probe", { run: "touch begun; sleep 60" }), call("never")]),
  );
  await eventually("the script has begun", async () =>
    (await readdir(fleet.dir)).includes("begun") ? true : undefined,
  );
  await fleet.cancel("RUN");
  const { record, steps } = await ended();
  expect(record).toMatchObject({ status: "cancelled", error: { message: "enough" } });
  expect(stepLines(steps)).toEqual(["probe#1 cancelled"]);
});

test("a run without a working directory gets one of its own, which is gone when it has ended", async () => {
  const fleet = await openMemoryFleet({ config: { runContext: () => ({}) } });
  const body = [script("write", { run: "echo mine > file" }), script("read", { run: "pwd; cat file" })];
  const { steps } = await fleet.run(flow(body));
  const [folder = "", content] = (steps[1]?.context ?? "").split("\n");
  expect(content).toBe("mine");
  expect(folder.endsWith("/runs/RUN")).toBe(true);
  expect(existsSync(folder)).toBe(false);
});
