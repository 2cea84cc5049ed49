/** Which files a definition names, and where what is wrong with them is told. */
import { expect, test } from "vitest";
import { parseWorkflow } from "../parse/parse-workflow.js";
import { type NamedFile, namedFiles } from "./check-named-files.js";
import { validateDefinition } from "./validate-definition.js";

const source = `workflow w {
  call plan { with = ["a", "b"] on_fail = helper }
  do {
    output = verdict
    with = ["c"]
    call "agents/x.md" { plugin_dirs = ["p"] output = own }
  }
  parallel { output = shape with = ["d"] call one }
  script s { run = "true" on_fail = fixer }
  always { call last }
}`;

const { definition, positions } = parseWorkflow(source);
if (definition === undefined) throw new Error("the text has errors");

const shown = (file: NamedFile): string =>
  file.kind === "agent"
    ? `agent ${[file.agent.value, ...file.pluginDirs].join(" ")}`
    : `${file.kind} ${file.name}`;

test("every agent, snippet and schema is named, in blocks, branches, on_fail and at the end", () => {
  expect(namedFiles(definition).map(shown)).toEqual([
    ...["agent plan", "agent helper", "snippet a", "snippet b"],
    ...["snippet c", "schema verdict", "agent agents/x.md p", "schema own"],
    ...["snippet d", "schema shape", "agent one", "agent fixer", "agent last"],
  ]);
});

test("a finding stands where the name is written; a missing agent is a warning", () => {
  const missing = new Set(["agent helper", "agent one", "snippet c", "schema own"]);
  const files = (file: NamedFile) => (missing.has(shown(file)) ? `${shown(file)} is not there` : undefined);
  const found = validateDefinition(definition, { files, positions });
  expect(found.map(({ severity, code, line, message }) => [severity, code, line, message])).toEqual([
    ["warning", "missing_agent_file", 2, "agent helper is not there"],
    ["error", "missing_file", 5, "snippet c is not there"],
    ["error", "missing_file", 6, "schema own is not there"],
    ["warning", "missing_agent_file", 8, "agent one is not there"],
  ]);
});

test("nothing is said when nobody looks at files", () => {
  expect(validateDefinition(definition, { positions })).toEqual([]);
});
