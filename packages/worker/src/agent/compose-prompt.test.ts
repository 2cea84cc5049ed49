import { readOutputSchema } from "@runfleet/engine";
import { describe, expect, it } from "vitest";
import { composePrompt } from "./compose-prompt.js";

const parts = {
  dryRun: false,
  canCommit: false,
  body: "Review {{pr}}.",
  snippets: [],
  variables: { pr: "7" },
};
const { schema } = readOutputSchema("verdict", { fields: { approved: "boolean" } });

describe("prompt", () => {
  it("has its sections in order, parted by an empty line", () => {
    const text = composePrompt({
      ...parts,
      dryRun: true,
      canCommit: true,
      retryError: "it was no JSON",
      snippets: ["Be kind to {{author}}.", "Never mention {{nobody}}."],
      variables: { pr: "7", author: "Ann" },
      schema,
    });
    const sections = [
      "This is a dry run.",
      "The attempt before this one failed.",
      "it was no JSON",
      "Follow the instructions below.",
      "Review 7.",
      'Variables:\n- author: "Ann"\n- pr: "7"',
      "\n\nBe kind to Ann.\n\nNever mention .\n\n",
      "End your answer with one JSON object",
      '- "approved" (boolean, required)',
    ];
    const places = sections.map((section) => text.indexOf(section));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((one, other) => one - other));
  });

  it("speaks of a dry run only to agents that could commit", () => {
    expect(composePrompt({ ...parts, dryRun: true })).not.toContain("dry run");
    expect(composePrompt({ ...parts, canCommit: true })).not.toContain("dry run");
  });

  it("asks for markers and a context when there is no schema", () => {
    expect(composePrompt(parts)).toContain('<<<FLOW_OUTPUT>>>\n{ "markers": [], "context": "" }');
  });

  it("shows short variables, and of long ones and of very many that they are there", () => {
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`v${1_000 + n}`, "x"]));
    const text = composePrompt({ ...parts, variables: { ...many, a: "x".repeat(501), b: "line\nbreak" } });
    expect(text).toContain("- a: (501 characters)\n");
    expect(text).toContain('- b: "line\\nbreak"\n');
    expect(text).toContain("- and 52 more");
  });

  it("never fills in what a variable brought", () => {
    const variables = { a: "{{b}}", b: "secret" };
    expect(composePrompt({ ...parts, body: "{{a}}", snippets: ["[{{a}}]"], variables })).toContain("[{{b}}]");
  });
});
