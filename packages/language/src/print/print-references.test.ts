import { expect, test } from "vitest";
import { parseWorkflow } from "../parse/parse-workflow.js";
import { printReferences } from "./print-references.js";

function references(...sources: readonly string[]): string {
  const definitions = sources.map((source) => {
    const { definition, diagnostics } = parseWorkflow(source);
    if (definition === undefined) throw new Error(JSON.stringify(diagnostics));
    return definition;
  });
  return printReferences(definitions);
}

test("an input is required, or has its default in the comment, and a boolean is one", () => {
  const text = references(`workflow review-pr {
  meta { description = "Reviews */ a pull request" }
  inputs {
    pr required description = "Its number"
    tone default = "kind" description = "How it is said"
    loud boolean
    token required secret
  }
  call look
}`);
  expect(text).toBe(`// Written by \`runfleet types\`; written again, it follows the workflows.
import { workflowRef } from "@runfleet/client";

/** Reviews * / a pull request */
export const reviewPr = workflowRef<{
  /** Its number */
  readonly pr: string | number;
  /**
   * How it is said
   * Default: "kind"
   */
  readonly tone?: string | number;
  readonly loud?: boolean;
  /** Secret: masked wherever it is shown */
  readonly token: string | number;
}>("review-pr");
`);
});

test("every name becomes a constant of its own that TypeScript allows", () => {
  const names = ["a-b", "aB", "delete", "x-", "x", "under_score-2"];
  const text = references(...names.map((name) => `workflow ${name} { call look }`));
  expect(
    [...text.matchAll(/const (\S+) = workflowRef<Record<never, never>>\("([^"]+)"\)/g)].map(([, a, b]) => [
      a,
      b,
    ]),
  ).toEqual([
    ["aB", "a-b"],
    ["aB2", "aB"],
    ["deleteWorkflow", "delete"],
    ["x", "x-"],
    ["x2", "x"],
    ["under_score2", "under_score-2"],
  ]);
});
