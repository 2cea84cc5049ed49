/** Which files are looked for depends on the configuration: on its actions, its folders and on where runs work. */
import { parseWorkflow } from "@runfleet/language";
import { execAgent, type WorkerConfig } from "@runfleet/worker";
import { expect, test } from "vitest";
import { folderWith } from "../../../../test/support/worker/attempts.js";
import { createKnownNames } from "./known-names.js";
import { fileProblemsOf } from "./project-files.js";

const source = 'workflow w { call plan { output = verdict with = ["tone"] } call act }';

async function problems(config: WorkerConfig, files: Readonly<Record<string, string>> = {}) {
  const { definition } = parseWorkflow(source);
  if (definition === undefined) throw new Error("the text has errors");
  const ask = await fileProblemsOf({ root: folderWith(files), ...config })(definition);
  const agent = (value: string) => ask({ kind: "agent", agent: { kind: "name", value }, pluginDirs: [] });
  const found = [
    agent("plan"),
    agent("act"),
    ask({ kind: "snippet", name: "tone" }),
    ask({ kind: "schema", name: "verdict" }),
  ];
  return found.map((problem) => problem?.replace(/ (was not found|\().*/s, ""));
}

const act = { name: "act", run: async () => ({}) };
const fallback = execAgent({ command: "my-agent" });

test("everything an agent program needs is looked for", async () => {
  const config = { actions: [act], fallback, schemas: "schemas" };
  expect(await problems(config)).toEqual([
    'agent file "plan"',
    undefined,
    'snippet "tone"',
    'output schema "verdict"',
  ]);
  const files = {
    "agents/w/plan.md": "p",
    "prompts/tone.md": "t",
    "schemas/verdict.yaml": "fields: { a: string }",
  };
  expect(await problems(config, files)).toEqual([undefined, undefined, undefined, undefined]);
  expect(await problems(config, { ...files, "schemas/verdict.yaml": "fields: { a: text }" })).toEqual([
    ...[undefined, undefined, undefined],
    'output schema "verdict"',
  ]);
});

test("nothing is looked for that no action asks for", async () => {
  const nothing = [undefined, undefined, undefined, undefined];
  expect(await problems({ actions: [act], fallback: act })).toEqual(nothing);
  expect(await problems({ schemas: () => undefined })).toEqual(nothing);
  const own = execAgent({ command: "my-agent", prompt: "Do it." });
  expect(await problems({ fallback: own })).toEqual([undefined, undefined, 'snippet "tone"', undefined]);
});

test("nothing is known where the configuration decides only at run time where runs work", async () => {
  const config = (more: string) => `export default { schemas: "schemas"${more} };`;
  const cwd = folderWith({
    "here/runfleet.config.mjs": config(""),
    "elsewhere/runfleet.config.mjs": config(", runContext: () => ({})"),
  });
  const names = createKnownNames(undefined, { env: {}, cwd });
  expect((await names(`${cwd}/here/a.wf`)).fileProblems).toBeTypeOf("function");
  expect((await names(`${cwd}/elsewhere/a.wf`)).fileProblems).toBeUndefined();
});
