// The reference's features OUT-03 to OUT-06 (its groups T and V leave them untested): output schemas and snippets, from the
// workflow to what the next step sees. Files, child processes and the engine are real.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execAgent, type WorkerConfig } from "@runfleet/worker";
import { expect, test } from "vitest";
import { block, call, flow, parallel, script, when } from "../../support/engine/definitions.js";
import { folderWith } from "../../support/worker/attempts.js";
import { performRun } from "../../support/worker/perform-run.js";

const schemas = {
  "schemas/verdict.yaml": `
fields:
  approved: boolean
  summary: { type: string, desc: One sentence }
  score?: { type: number, examples: [80] }
  level?: enum(low, high)
  tags?: array(string)
  author?: { fields: { name: string } }
  findings?: { type: array, items: { severity: "enum(low, high, critical)" } }
`,
  "schemas/own.yaml": "fields: { done: boolean }\nmarkers: { finished: done == true }\n",
};

/** Agents that print what lies under their name and attempt, and keep their prompts. */
function agents(answers: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
  const named = Object.fromEntries(
    Object.keys(answers).map((key) => [`agents/${key.split("#")[0]}.md`, "You work."]),
  );
  const printed = Object.entries(answers).map(([key, json]) => [
    `answers/${key.includes("#") ? key : `${key}#1`}`,
    `<<<FLOW_OUTPUT>>>${json}<<<END_FLOW_OUTPUT>>>`,
  ]);
  const root = folderWith({ ...named, ...schemas, ...Object.fromEntries(printed), ...files });
  const tell = `cat > "${root}/$RUNFLEET_STEP#$RUNFLEET_ATTEMPT.prompt"; cat "${root}/answers/$RUNFLEET_STEP#$RUNFLEET_ATTEMPT"`;
  const config: WorkerConfig = {
    root,
    schemas: "schemas",
    fallback: execAgent({ command: "sh", args: ["-c", tell] }),
  };
  const prompt = (key: string) => {
    const file = join(root, `${key}.prompt`);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  return { config, prompt };
}

test("OUT-03 all six types, optional fields, descriptions and examples reach the agent", async () => {
  const { config, prompt } = agents({ judge: '{"approved":true,"summary":"fine"}' });
  const { decision } = await performRun(flow([call("judge", { output: "verdict" })]), { config });
  expect(decision.status).toBe("completed");
  for (const line of [
    '"approved" (boolean, required)',
    '"summary" (string, required): One sentence',
    '"score" (number, may be left out) (for example: 80)',
    '"level" (one of "low", "high", may be left out)',
    '"tags" (array, each element string, may be left out)',
    '"author" (object with the members below, may be left out)',
  ]) {
    expect(prompt("judge#1")).toContain(line);
  }
});

test("OUT-04 an output that does not fit fails the attempt, and the next one is told why", async () => {
  const { config, prompt } = agents({
    "judge#1": '{"approved":"perhaps","usage":{"costUsd":1}}',
    "judge#2":
      '{"approved":false,"summary":"too large","markers":["invented"],"findings":[{"severity":"high"}],"usage":{"costUsd":2}}',
    fix: "{}",
  });
  const body = [call("judge", { output: "verdict", retries: 1 }), when("judge.not_approved", [call("fix")])];
  const { decision, steps } = await performRun(flow(body), { config });
  const problem =
    'structured output validation: schema "verdict": approved: must be a boolean, it is "perhaps"; summary: is required and missing';
  expect(steps.map(({ name, attempt, status }) => `${name}#${attempt} ${status}`)).toEqual([
    "judge#1 failed",
    "judge#2 completed",
    "fix#1 completed",
  ]);
  expect(steps[0]?.error).toEqual({ code: "step_failed", message: problem });
  expect(prompt("judge#1")).not.toContain("The attempt before");
  expect(prompt("judge#2")).toContain(problem);
  expect(steps[1]).toMatchObject({
    markers: ["has_findings", "has_high_findings", "not_approved"],
    context: "too large",
  });
  expect(decision.totals.costUsd).toBe(3);
});

test("OUT-04 text members of an output that fits become variables", async () => {
  const { config, prompt } = agents({ judge: '{"approved":true,"summary":"all is well"}', next: "{}" });
  await performRun(flow([call("judge", { output: "verdict" }), call("next")]), { config });
  expect(prompt("next#1")).toContain('- summary: "all is well"');
  expect(prompt("next#1")).toContain('- prior_context: "all is well"');
});

test("OUT-04 an agent without a schema need not write a block", async () => {
  const { config } = agents({ talk: "not JSON" });
  const { decision, steps } = await performRun(flow([call("talk")]), { config });
  expect(decision.status).toBe("completed");
  expect(steps[0]).toMatchObject({ markers: [], context: "" });
});

test("OUT-05 a call's own schema comes before the one of its do block, a branch's before its parallel block's", async () => {
  const done = '{"done":true,"approved":true,"summary":"s"}';
  const { config } = agents({ a: done, b: done, c: done, d: done, e: done });
  const body = [
    block([call("a"), call("b", { output: "own" }), parallel([call("e")])], { output: "verdict" }),
    parallel([call("c"), call("d", { output: "own" })], { output: "verdict" }),
  ];
  const { actions, steps } = await performRun(flow(body), { config });
  expect(Object.fromEntries(actions.map(({ action, output }) => [action, output]))).toEqual({
    ...{ a: "verdict", b: "own", c: "verdict", d: "own", e: undefined },
  });
  expect(Object.fromEntries(steps.map(({ name, markers }) => [name, markers]))).toEqual({
    ...{ a: [], b: ["finished"], c: [], d: ["finished"], e: [] },
  });
});

test("OUT-06 snippets of the block come before the call's own, those of an inner do before an outer one's", async () => {
  const names = ["outer", "inner", "own", "branch"];
  const files = Object.fromEntries(
    names.map((name) => [`prompts/${name}.md`, `snippet ${name} for {{who}}`]),
  );
  const { config, prompt } = agents({ a: "{}", b: "{}" }, files);
  const body = [
    block([block([call("a", { with: ["own"] })], { with: ["inner"] })], { with: ["outer"] }),
    parallel([call("b", { with: ["own"] })], { with: ["branch"] }),
  ];
  await performRun(flow(body), { config, run: { inputs: { who: "you" } } });
  expect(prompt("a#1")).toContain(
    "snippet inner for you\n\nsnippet outer for you\n\nsnippet own for you\n\n",
  );
  expect(prompt("b#1")).toContain("snippet branch for you\n\nsnippet own for you\n\n");
});

test("OUT-06 scripts know neither snippets nor schemas", async () => {
  const { config } = agents({});
  const body = [block([script("s", { run: "true" })], { output: "gone", with: ["gone"] })];
  expect((await performRun(flow(body), { config })).decision.status).toBe("completed");
});

test("gap T: a schema that is missing fails the step for good, and on_fail applies", async () => {
  const { config } = agents({ judge: "{}" });
  const body = [call("judge", { output: "gone", retries: 3, onFail: { kind: "continue" } })];
  const { decision, steps } = await performRun(flow(body), { config });
  expect(decision.status).toBe("completed");
  expect(steps).toMatchObject([{ attempt: 1, error: { code: "invalid_config" } }]);
});
