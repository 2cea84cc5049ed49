// Every workflow of the corpus is read without complaint, holds together, is laid out as the formatter does it, and
// survives printing. Together they use everything the language has.
import {
  buildGraph,
  formatDiagnostics,
  formatSource,
  parseWorkflow,
  printDot,
  printMermaid,
  printWorkflow,
  validateDefinition,
} from "@runfleet/language";
import { definitionSchema } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { corpus, corpusDefinition } from "./corpus-files.js";

const names = new Set(corpus.map(({ name }) => name));

const context = {
  workflows: (name: string) => (names.has(name) ? corpusDefinition(name) : undefined),
  gateTypes: new Set(["pr_checks", "pr_approval", "http_health", "carrier_status"]),
  itemProviders: new Set(["json", "range"]),
  targets: new Set(["worktree", "ticket", "repo", "pr", "workflow_run"]),
};

test("the corpus has at least 25 files", () => {
  expect(corpus.length).toBeGreaterThanOrEqual(25);
});

describe.each(corpus)("$name", ({ name, source, parsed }) => {
  const { diagnostics, positions } = parsed;

  test("parses and is valid; a trigger that starts nothing is all there is to warn about", () => {
    expect(
      formatDiagnostics(
        diagnostics.filter(({ code }) => code !== "inactive_trigger"),
        source,
      ),
    ).toBe("");
    const found = validateDefinition(corpusDefinition(name), { ...context, positions });
    expect(formatDiagnostics(found, source)).toBe("");
  });

  test("is laid out, and laying it out differently and back changes nothing", () => {
    expect(formatSource(source)).toBe(source);
    expect(formatSource(source.replace(/^ +/gm, "\t \t"))).toBe(source);
  });

  test("is the same definition after printing, JSON and printing again", () => {
    const definition = corpusDefinition(name);
    const printed = printWorkflow(definition);
    expect(parseWorkflow(printed).definition).toEqual(definition);
    expect(definitionSchema.parse(JSON.parse(JSON.stringify(definition)))).toEqual(definition);
    expect(printWorkflow(parseWorkflow(printed).definition ?? definition)).toBe(printed);
  });

  test("can be drawn", () => {
    const graph = buildGraph(corpusDefinition(name));
    expect(printMermaid(graph)).toContain("step_end");
    expect(printDot(graph)).toContain("step_end");
  });
});

test.each([
  ["comments with //", /^\s*\/\//m],
  ["comments with #", /^\s*#/m],
  ["comments with --", /^\s*--/m],
  ["semicolons between options", /"; /],
  ["commas between options", /= \d+, [a-z_]+ =/],
  ["spaces in a placeholder", /\{\{ \w+ \}\}/],
  ["inputs. in a placeholder", /\{\{\s?inputs\.\w+\s?\}\}/],
  ["inputs of a child as an option", /call workflow [^{]+\{ inputs = \{/],
  ["inputs of a child as a block", /call workflow [^{]+\{ inputs \{/],
  ["a filter as a block", /\bfilter \{/],
  ["a named parallel block", /\bparallel \w+ \{/],
  ["a gate with a type of its own", /\bgate [\w-]+ \{\s*type = /],
  ["a sleep with a placeholder", /\bsleep [\w-]+ \{ for = "\{\{/],
  ["options of a call on a branch", /call "agents\/security\.md" \{ as = /],
  ["a timeout of the whole run", /meta \{[^}]*timeout/],
  ["a compound or long duration without quotes", /timeout = \d+[dh]\b/],
  ["backoff", /backoff = (fixed|exponential)/],
  ["an optional input", /\w+ optional/],
  ["an input in quotes", /^\s*"[\w. ]+" (required|optional)/m],
  ["a condition in quotes", /\bif "[^"]+" \{/],
  ["a text over several lines", /= "[^"\n]*\n[^"]*"/],
  ["an escaped quote", /\\"/],
  ["a trigger", /trigger = (pr|scheduled)/],
  ["while", /\bwhile [\w.-]+ \{/],
  ["do … while", /\} while /],
  ["a plain do", /\bdo \{\s*(output|with) = /],
  ["an always inside a block", /\bdo \{\s*always \{/],
  ["a quality gate", /gate quality_gate/],
  ["a signal", /type = signal/],
  ["options from a field", /options = "?\w[\w-]*\.\w+"?/],
  ["options with labels", /options = \{/],
  ["a list of options", /options = \[/],
  ["an ordered foreach", /ordered +?= true/],
  ["on_child_fail = halt", /on_child_fail += halt/],
  ["review_decision", /mode = review_decision/],
  ["plugin_dirs and max_turns", /plugin_dirs = .* max_turns = /],
])("the corpus uses %s", (_what, pattern) => {
  expect(corpus.filter(({ source }) => pattern.test(source)).length).toBeGreaterThan(0);
});
