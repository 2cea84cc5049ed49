// Group V of the reference's tests: what {{name}} stands for, and how it is replaced. Runs are real: the engine decides,
// the worker's performers carry out, and the variables are those the actions got.
import { substitute } from "@runfleet/engine";
import type { Node } from "@runfleet/model";
import type { ActionResult } from "@runfleet/worker";
import { expect, test } from "vitest";
import { call, child, flow, gate, parallel, script } from "../../support/engine/definitions.js";
import { type PerformRunOptions, performRun } from "../../support/worker/perform-run.js";

type Results = Readonly<Record<string, ActionResult<unknown>>>;

/** The variables of each call, by the action's name; actions give the results named here. */
async function variablesOf(body: Node[], results: Results = {}, options: PerformRunOptions = {}) {
  const fallback = {
    name: "any",
    run: async ({ action }: { action: string }) => results[action] ?? {},
  };
  const { actions } = await performRun(flow(body), { config: { fallback }, ...options });
  return (name: string) => actions.filter(({ action }) => action === name).at(-1)?.variables ?? {};
}

const exporting = (output: unknown): ActionResult<unknown> => ({ output });

test("T-VAR-01 an unresolved placeholder is removed", () => {
  expect(substitute("a{{x}}b", {}, "strip")).toBe("ab");
});

test("T-VAR-02 known names are replaced and unknown ones removed", () => {
  expect(substitute("{{a}}-{{b}}", { a: "1" }, "strip")).toBe("1-");
});

test("T-VAR-03 an unresolved placeholder stays where it is to be kept", () => {
  expect(substitute("{{a}} {{b}}", { a: "1" }, "keep")).toBe("1 {{b}}");
});

test("T-VAR-04 a value that contains a placeholder is inserted as it is", () => {
  const json = '{"prompt": "{{name}}"}';
  expect(substitute("<{{body}}>", { body: json, name: "x" }, "keep")).toBe(`<${json}>`);
});

test("T-VAR-05 what was put in is not looked at again", () => {
  expect(substitute("{{a}}", { a: "{{b}}", b: "secret" }, "strip")).toBe("{{b}}");
});

test("T-VAR-06 a quoted value that contains a placeholder is not expanded", () => {
  const variables = { title: "x {{evil}}", evil: "'; rm -rf /; '" };
  expect(substitute("echo {{title}}", variables, "shell")).toBe("echo 'x {{evil}}'");
});

test("T-VAR-07 an exported text is unset, set, kept by a step without it, overwritten by one with it", async () => {
  const seen = await variablesOf([call("none"), call("first"), call("second"), call("third"), call("last")], {
    first: exporting({ base_branch: "main" }),
    second: exporting({ other: "x" }),
    third: exporting({ base_branch: "next" }),
  });
  expect(seen("none")).not.toHaveProperty("base_branch");
  expect(seen("first")).not.toHaveProperty("base_branch");
  expect(seen("second")).toMatchObject({ base_branch: "main" });
  expect(seen("third")).toMatchObject({ base_branch: "main", other: "x" });
  expect(seen("last")).toMatchObject({ base_branch: "next", other: "x" });
});

test("T-VAR-08 a git command gets the exported text, quoted", async () => {
  const body = [
    script("resolve", {
      run: `echo '<<<FLOW_OUTPUT>>>{"base_branch":"it'"'"'s main"}<<<END_FLOW_OUTPUT>>>'`,
    }),
    script("rebase", { run: "printf %s {{base_branch}}" }),
  ];
  const { scripts, steps } = await performRun(flow(body));
  expect(scripts.at(-1)?.command).toBe("printf %s 'it'\\''s main'");
  expect(steps.at(-1)?.context).toBe("it's main");
});

test("T-VAR-09 any text member of an output becomes a variable", async () => {
  const seen = await variablesOf([call("a"), call("b")], {
    a: exporting({ pr_number: "7", tag: "v1", count: 3, list: ["x"] }),
  });
  expect(seen("b")).toMatchObject({ pr_number: "7", tag: "v1" });
  expect(seen("b")).not.toHaveProperty("count");
  expect(seen("b")).not.toHaveProperty("list");
});

test("T-VAR-10 no step can hide an injected name or the run's id", async () => {
  const injected = { ticket_id: "T1", repo_id: "R1", repo_path: "here", worktree_id: "W1" };
  const all = Object.fromEntries([...Object.keys(injected), "workflow_run_id"].map((name) => [name, "evil"]));
  const seen = await variablesOf(
    [call("a"), call("b")],
    { a: exporting({ ...all, fine: "yes" }) },
    { injected },
  );
  expect(seen("b")).toMatchObject({ ...injected, workflow_run_id: "run", fine: "yes" });
});

test("T-VAR-11 outputs that are no objects, or whose markers or context are of another type, export nothing", async () => {
  const results = {
    list: exporting([{ a: "1" }]),
    text: exporting("a"),
    markers: exporting({ markers: "x", b: "1" }),
    context: exporting({ context: 5, c: "1" }),
    good: exporting({ markers: ["m"], context: "fine", d: "1" }),
  };
  const seen = await variablesOf([...Object.keys(results).map((name) => call(name)), call("last")], results);
  expect(seen("last")).toMatchObject({ d: "1" });
  for (const name of ["a", "b", "c"]) expect(seen("last")).not.toHaveProperty(name);
});

test("T-VAR-12 every input is a variable, those of the host and those of the user", async () => {
  const inputs = {
    ticket_id: "T1",
    ticket_url: "https://tickets.example/1",
    ticket_title: "Broken",
    repo_name: "web",
    feature_base_branch: "main",
    focus: "security",
  };
  const seen = await variablesOf([call("a")], {}, { run: { inputs } });
  expect(seen("a")).toMatchObject(inputs);
});

test("T-VAR-13 what the run's context says wins over stale inputs, and the run's id is its own", async () => {
  const injected = { ticket_id: "true", repo_id: "true", repo_path: "true", workflow_run_id: "stale" };
  const inputs = { ticket_id: "stale", repo_id: "stale", repo_path: "stale", workflow_run_id: "stale" };
  const seen = await variablesOf([call("a")], {}, { injected, run: { inputs } });
  expect(seen("a")).toMatchObject({
    ticket_id: "true",
    repo_id: "true",
    repo_path: "true",
    workflow_run_id: "run",
  });
});

test("gap V: prior_contexts is a JSON list of all entries, oldest first, in the reference's shape", async () => {
  const results = {
    "agents/first.md": { markers: ["m"], context: "one", output: { a: 1 } },
    second: { context: "two" },
  };
  const seen = await variablesOf([call("agents/first.md"), call("second"), call("last")], results);
  expect(seen("agents/first.md")).toMatchObject({ prior_contexts: "[]", prior_context: "" });
  expect(JSON.parse(seen("last")["prior_contexts"] ?? "")).toEqual([
    {
      step: "agents/first.md",
      iteration: 0,
      context: "one",
      markers: ["m"],
      structured_output: '{"a":1}',
      output_file: null,
    },
    { step: "second", iteration: 0, context: "two", markers: [], structured_output: null, output_file: null },
  ]);
});

test("gap V: prior_context is the newest entry's, empty ones included", async () => {
  const seen = await variablesOf([call("a"), call("b"), call("c")], { a: { context: "of a" } });
  expect(seen("b")["prior_context"]).toBe("of a");
  expect(seen("c")["prior_context"]).toBe("");
});

test("gap V: prior_output is the newest output there is, however old, and absent before", async () => {
  const seen = await variablesOf([call("a"), call("b"), call("c"), call("d")], {
    a: exporting({ n: 1 }),
    c: exporting({ n: 2 }),
  });
  expect(seen("a")).not.toHaveProperty("prior_output");
  expect(seen("c")["prior_output"]).toBe('{"n":1}');
  expect(seen("d")["prior_output"]).toBe('{"n":2}');
});

test("gap V: prior_output_file is absent, since no step leaves a file that another worker could read", async () => {
  const seen = await variablesOf([call("a"), call("b")], { a: exporting({ n: 1 }) });
  expect(seen("b")).not.toHaveProperty("prior_output_file");
});

test("gap V: gate_feedback is absent before the first gate and the newest answer after", async () => {
  const body = [call("a"), gate("human_review", { gateType: "human_review" }), call("b")];
  const seen = await variablesOf(body, {}, { feedback: "shorter, please" });
  expect(seen("a")).not.toHaveProperty("gate_feedback");
  expect(seen("b")["gate_feedback"]).toBe("shorter, please");
});

test("gap V: dry_run is true or false", async () => {
  expect((await variablesOf([call("a")]))("a")["dry_run"]).toBe("false");
  expect((await variablesOf([call("a")], {}, { run: { dryRun: true } }))("a")["dry_run"]).toBe("true");
});

test("gap V: exported texts overwrite inputs and what the engine says, but not what is injected", async () => {
  const names = ["focus", "prior_context", "prior_contexts", "prior_output", "gate_feedback", "dry_run"];
  const output = Object.fromEntries(names.map((name) => [name, "exported"]));
  const seen = await variablesOf(
    [call("a"), call("b")],
    { a: exporting(output) },
    { run: { inputs: { focus: "given" } } },
  );
  expect(seen("b")).toMatchObject(output);
});

test("gap V: what the engine says overwrites what is injected", async () => {
  const injected = { prior_context: "injected", dry_run: "injected", own: "injected" };
  const seen = await variablesOf([call("a"), call("b")], { a: { context: "of a" } }, { injected });
  expect(seen("b")).toMatchObject({ prior_context: "of a", dry_run: "false", own: "injected" });
});

test("gap V: braces without an end copy the rest as it is", () => {
  for (const mode of ["strip", "keep", "shell"] as const) {
    expect(substitute("{{b} and {{c", { b: "1", c: "2" }, mode)).toBe("{{b} and {{c");
  }
});

test("gap V: a script's command gets quoted values, its environment raw ones, and unknown names vanish in both", async () => {
  const step = script("s", { run: "echo {{x}}{{nobody}}", env: { X: "[{{x}}{{nobody}}]" } });
  const { scripts } = await performRun(flow([step]), { run: { inputs: { x: "it's" } } });
  expect(scripts[0]).toMatchObject({ command: "echo 'it'\\''s'", env: { X: "[it's]" } });
});

test("gap V: the inputs of a child keep what they do not know", async () => {
  const step = child("other", { inputs: { known: "{{x}}", unknown: "{{item.id}} of {{x}}" } });
  const { children } = await performRun(flow([step]), { run: { inputs: { x: "1" } } });
  expect(children[0]?.inputs).toEqual({ known: "1", unknown: "{{item.id}} of 1" });
});

test("gap V: an on_fail agent sees what failed, why, and how many retries there were; nobody else does", async () => {
  const broken = {
    name: "broken",
    run: async () => {
      throw new Error("no luck");
    },
  };
  const fallback = { name: "any", run: async () => ({}) };
  const onFail = { kind: "agent", agent: { kind: "name", value: "helper" } } as const;
  const definition = flow([call("broken", { retries: 2, onFail })], { always: [call("after")] });
  const { actions } = await performRun(definition, { config: { actions: [broken], fallback } });
  const seen = (name: string) => actions.find(({ action }) => action === name)?.variables;
  expect(actions.map(({ action }) => action)).toEqual(["broken", "broken", "broken", "helper", "after"]);
  expect(seen("helper")).toMatchObject({
    failed_step: "broken",
    failure_reason: "no luck",
    retry_count: "2",
  });
  for (const name of ["broken", "after"]) {
    expect(seen(name)).not.toHaveProperty("failed_step");
    expect(seen(name)).not.toHaveProperty("failure_reason");
    expect(seen(name)).not.toHaveProperty("retry_count");
  }
  expect(seen("after")).toMatchObject({ workflow_status: "failed" });
  expect(seen("helper")).not.toHaveProperty("workflow_status");
});

test("gap V: the branches of a parallel block see the variables of its beginning, and one record of them", async () => {
  const fallback = { name: "any", run: async () => exporting({ late: "x" }) };
  const body = [parallel([call("a"), call("b")]), call("c")];
  const { actions } = await performRun(flow(body), { config: { fallback } });
  expect(actions[1]?.variables).not.toHaveProperty("late");
  expect(actions[1]?.variables).toBe(actions[0]?.variables);
  expect(actions[2]?.variables).toMatchObject({ late: "x" });
});
