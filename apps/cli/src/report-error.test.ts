import { RunfleetError } from "@runfleet/model";
import pc from "picocolors";
import { expect, test } from "vitest";
import { type ErrorPlace, reportError } from "./report-error.js";
import type { Terminal } from "./terminal.js";

function report(
  error: unknown,
  at: Partial<ErrorPlace> = {},
): { readonly code: number; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const colours = pc.createColors(false);
  const terminal: Terminal = {
    print: () => {},
    printJson: () => {},
    stream: process.stdout,
    note: (text) => lines.push(text),
    out: colours,
    err: colours,
    isInteractive: false,
    columns: () => 80,
    rows: () => 24,
  };
  const code = reportError(error, terminal, {
    place: "redis://h, namespace rf",
    command: "show",
    program: "runfleet",
    isVerbose: false,
    ...at,
  });
  return { code, lines };
}

test("an error says its code, what happened, where, and what to do", () => {
  expect(report(new RunfleetError("run_not_found", "no run has the id X"))).toEqual({
    code: 3,
    lines: [
      "error run_not_found: no run has the id X",
      "  where: redis://h, namespace rf",
      "  what to do: `runfleet list` shows the runs of this fleet; another fleet is chosen with --redis and --namespace",
    ],
  });
});

test("the remedy for an input that is wrong fits the command: inputs of a start, options of a gate", () => {
  const error = new RunfleetError("invalid_input", "it is wrong");
  const remedyOf = (command: string) => report(error, { command }).lines.at(-1);
  expect(remedyOf("start")).toContain("--input name=value");
  expect(remedyOf("approve")).toContain("--select a,b");
  expect(remedyOf("approve")).not.toContain("--input");
});

test("a file that does not exist is not to be published", () => {
  const error = new RunfleetError("workflow_not_found", "the workflow file a.wf does not exist", {
    details: { path: "/flows/a.wf" },
  });
  expect(report(error, { command: "graph" }).lines.at(-1)).toBe(
    "  what to do: check the path; it leads to /flows/a.wf",
  );
});

test("a remedy names the program as the person has typed it", () => {
  const { lines } = report(new RunfleetError("gate_not_found", "no gate"), { program: "npx runfleet" });
  expect(lines.at(-1)).toBe("  what to do: `npx runfleet gates` shows what can be answered now");
});

test("a defect shows where in the program it is", () => {
  const { code, lines } = report(new TypeError("x is undefined"));
  expect(code).toBe(1);
  expect(lines[0]).toBe("error internal: x is undefined");
  expect(lines.at(-1)).toContain("report-error.test");
});
