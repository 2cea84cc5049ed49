import { expect, test } from "vitest";
import { fakeTerminal } from "../../../../test/support/fake-terminal.js";
import { createProgram } from "../program.js";
import { completeWords, type Wanted } from "./complete-words.js";

const program = createProgram(fakeTerminal().cli);

/** The words that fit, and what the fleet was asked for. */
async function complete(...words: readonly string[]) {
  const asked: Wanted[] = [];
  const { candidates, files } = await completeWords(program, words, async (wanted) => {
    asked.push(wanted);
    return ["alpha", "beta"].map((word) => ({ word, says: wanted.kind }));
  });
  return { words: candidates.map(({ word }) => word), files, asked };
}

test("commands and their commands are completed, hidden ones are not", async () => {
  expect((await complete("sta")).words).toEqual(["start"]);
  expect((await complete("demo")).words).toEqual([]);
  expect((await complete("schedule", "re")).words).toEqual(["remove", "resume"]);
});

test("options are those of the command and of all, each once unless it may be repeated", async () => {
  expect((await complete("start", "x", "--in")).words).toEqual(["--input", "--inputs-file"]);
  expect((await complete("start", "--input", "a=b", "--in")).words).toEqual(["--input", "--inputs-file"]);
  expect((await complete("start", "--inputs-file", "f", "--in")).words).toEqual(["--input"]);
  expect((await complete("show", "--n")).words).toEqual(["--namespace"]);
  expect((await complete("--js")).words).toEqual(["--json"]);
});

test.each<[readonly string[], readonly string[]]>([
  [["list", "--status", "wa"], ["waiting"]],
  [["list", "--status=wa"], ["--status=waiting"]],
  [["list", "--status", "=", "wa"], ["waiting"]],
  [
    ["graph", "--format", ""],
    ["mermaid", "svg"],
  ],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
  [["list", "--limit", ""], []],
  [["schedule", "add", "x", "--overlap", "s"], ["skip"]],
])("%j is a choice", async (words, found) => {
  expect(await complete(...words)).toEqual({ words: found, files: false, asked: [] });
});

test.each<[readonly string[], Wanted]>([
  [["show", "al"], { kind: "run" }],
  [["approve", "al"], { kind: "gateRun" }],
  [["approve", "R1", "al"], { kind: "gate", run: "R1" }],
  [["retry", "al"], { kind: "failedRun" }],
  [["cancel", "--reason", "x", "al"], { kind: "openRun" }],
  [["fork", "al"], { kind: "endedRun" }],
  [["limit", "set", "al"], { kind: "workflow" }],
  [["list", "--workflow", "al"], { kind: "workflow" }],
  [["list", "--parent", "al"], { kind: "run" }],
  [["schedule", "show", "al"], { kind: "schedule" }],
  [["start", "w", "--pool", "al"], { kind: "pool" }],
])("%j is asked of the fleet", async (words, wanted) => {
  expect(await complete(...words)).toEqual({ words: ["alpha"], files: false, asked: [wanted] });
});

test("files fit where a file is wanted, beside published workflows where one is started", async () => {
  expect(await complete("fmt", "a", "b")).toEqual({ words: [], files: true, asked: [] });
  expect(await complete("start", "x", "--many", "")).toMatchObject({ files: true, asked: [] });
  expect(await complete("start", "")).toMatchObject({ words: ["alpha", "beta"], files: true });
  expect(await complete("show", "R1", "")).toEqual({ words: [], files: false, asked: [] });
});
