/**
 * The transcripts beside this file, told anew and compared byte by byte. RUNFLEET_REWRITE=1 writes them instead: read
 * the difference before it is committed.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { NodeKind } from "@runfleet/model";
import { expect, test } from "vitest";
import { retold } from "../../support/engine/transcript.js";

const folder = new URL("./", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));

/** One file per kind of node, one about the run as a whole, and one about calls in doubt. */
const kinds: Readonly<Record<NodeKind | "run" | "doubt", string>> = {
  call: "call.txt",
  script: "script.txt",
  child: "child.txt",
  sequence: "sequence.txt",
  branch: "branch.txt",
  loop: "loop.txt",
  parallel: "parallel.txt",
  gate: "gate.txt",
  sleep: "sleep.txt",
  foreach: "foreach.txt",
  run: "run.txt",
  doubt: "doubt.txt",
};

test("every kind of node has its transcript", () => {
  expect(files.toSorted()).toEqual(Object.values(kinds).toSorted());
});

test.each(files)("%s", (name) => {
  const file = new URL(name, folder);
  const text = readFileSync(file, "utf8");
  const now = retold(text);
  if (process.env["RUNFLEET_REWRITE"] === "1") writeFileSync(file, now);
  else expect(now).toBe(text);
});
