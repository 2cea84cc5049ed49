/** Workflows as people write them: they are read without a warning, hold together, and survive being printed. */
import { readdirSync, readFileSync } from "node:fs";
import { definitionSchema } from "@runfleet/model";
import { expect, test } from "vitest";
import { formatDiagnostics, parseWorkflow, printWorkflow, validateDefinition } from "./index.js";

const folder = new URL("../samples/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".wf"));
const sources = new Map(files.map((file) => [file, readFileSync(new URL(file, folder), "utf8")]));
const published = new Map(
  [...sources].map(([file, source]) => [file.replace(/\.wf$/, ""), parseWorkflow(source).definition]),
);

test.each([...sources])("%s", (file, source) => {
  const { definition, diagnostics, positions } = parseWorkflow(source, { file });
  expect(formatDiagnostics(diagnostics, source)).toBe("");
  if (definition === undefined) throw new Error("no definition and no errors");
  expect(`${definition.name}.wf`).toBe(file);
  const found = validateDefinition(definition, {
    workflows: (name) => published.get(name),
    gateTypes: new Set(["pr_checks", "pr_approval", "http_health"]),
    itemProviders: new Set(["json"]),
    targets: new Set(["pr", "worktree", "repo", "workflow_run"]),
    positions,
  });
  expect(formatDiagnostics(found, source)).toBe("");
  expect(parseWorkflow(printWorkflow(definition)).definition).toEqual(definitionSchema.parse(definition));
});
