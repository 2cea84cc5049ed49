import type { LogLineDocument } from "@runfleet/client";
import pc from "picocolors";
import { expect, test } from "vitest";
import { logLine } from "./log-line.js";

const line: LogLineDocument = {
  ...{ id: "1-0", at: "2026-11-30T12:03:04.123Z", address: "b.0", name: "build", attempt: 2, generation: 7 },
  ...{ kind: "stderr", text: "two tests failed", leftOut: null },
};

test("a line says when, whose and how it was said", () => {
  const colours = pc.createColors(false);
  expect(logLine(line, { colours, isOfOneStep: false })).toBe("12:03:04.123 build#2 stderr two tests failed");
  expect(logLine({ ...line, kind: "stdout" }, { colours, isOfOneStep: true })).toBe(
    "12:03:04.123 #2        two tests failed",
  );
});

test("only the mark is coloured, since the text is not ours", () => {
  const coloured = logLine({ ...line, kind: "error" }, { colours: pc.createColors(true), isOfOneStep: true });
  expect(coloured).toContain("\u001b[31merror \u001b[39m two tests failed");
});
