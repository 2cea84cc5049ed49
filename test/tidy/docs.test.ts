// Documents that lie are worse than none: every path they name exists, every link leads somewhere, decision records are
// numbered and complete, and each error code has its page.
import { existsSync } from "node:fs";
import { posix } from "node:path";
import { errorCodes } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { filesBelow, filesEnding, root, textOf } from "./source-files.js";

const documents = filesEnding(".md");
const repositoryPath =
  /`((?:packages|apps|test|docs|scripts|examples|infra|compatibility|\.ci|\.github)\/[^`\s]*)`/g;
const rootFile = /`([a-z][\w.-]*\.(?:json|yaml|md|ts)|[A-Z]{4,}\.md)`/g;
const markdownLink = /\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g;

/** Files of the root that documents may name without a folder. */
const rootFileNames = new Set(filesBelow().filter((file) => !file.includes("/")));

function matchesOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, match]) => String(match));
}

/** `packages/*` and `packages/<name>` stand for many; the folder before the first placeholder must exist. */
function fixedPart(path: string): string {
  const [fixed = ""] = path.split(/[*<{…]/);
  return fixed === path ? path : posix.dirname(`${fixed}x`);
}

const withoutExamples = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, "");

describe.each(documents)("%s", (file) => {
  test("names only paths that exist", () => {
    const paths = matchesOf(withoutExamples(textOf(file)), repositoryPath);
    const exists = (path: string) =>
      existsSync(root + path) || existsSync(root + posix.join(posix.dirname(file), path));
    expect(paths.filter((path) => !exists(fixedPart(path)))).toEqual([]);
  });

  // A block without a language is nobody's: no test parses it, and it has no colours.
  test("says of each block of code in which language it is", () => {
    const fences = textOf(file).match(/^```.*$/gm) ?? [];
    expect(fences.filter((fence, index) => index % 2 === 0 && fence === "```")).toEqual([]);
  });

  test("links only to files that exist", () => {
    const targets = matchesOf(withoutExamples(textOf(file)), markdownLink);
    expect(targets.filter((target) => !existsSync(root + posix.join(posix.dirname(file), target)))).toEqual(
      [],
    );
  });
});

test("the map leads to every page; records, error pages and runbooks are listed by their own", () => {
  const pages = filesBelow("docs/").filter((file) => file.endsWith(".md") && file !== "docs/README.md");
  const onTheMap = pages.filter((file) => !/^docs\/(adr|errors|runbooks)\/(?!README)/.test(file));
  const linked = matchesOf(textOf("docs/README.md"), markdownLink).map((target) => `docs/${target}`);
  expect(onTheMap.filter((file) => !linked.includes(file))).toEqual([]);
});

test("the walk through the architecture names files, and the files of the root it names are there", () => {
  const text = textOf("ARCHITECTURE.md");
  expect(matchesOf(text, repositoryPath).length).toBeGreaterThan(10);
  expect(matchesOf(text, rootFile).filter((name) => /^[A-Z]/.test(name) && !rootFileNames.has(name))).toEqual(
    [],
  );
});

describe("decision records", () => {
  const records = filesBelow("docs/adr/").filter((file) => /\/\d{4}-/.test(file));

  test("are numbered without gaps", () => {
    const numbers = records.map((file) => Number(posix.basename(file).slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  test("each say what was decided, why, between what, and what follows", () => {
    const isComplete = (file: string) =>
      ["Status", "Context", "Options", "Decision", "Consequences"].every((section) =>
        new RegExp(`^## ${section}$`, "m").test(textOf(file)),
      );
    expect(records.filter((file) => !isComplete(file))).toEqual([]);
  });
});

describe("error pages", () => {
  const pages = filesBelow("docs/errors/").filter((file) => !file.endsWith("README.md"));

  test("there is one page per error code and no other", () => {
    expect(pages).toEqual(
      Object.keys(errorCodes)
        .map((code) => `docs/errors/${code}.md`)
        .sort(),
    );
  });

  test.each(Object.entries(errorCodes))("the page of %s says what the table says", (code, row) => {
    const text = textOf(`docs/errors/${code}.md`);
    const facts = `| ${row.retryable ? "yes" : "no"} | ${row.httpStatus} | ${row.exitCode} |`;
    expect(text.startsWith(`# ${code}\n`)).toBe(true);
    expect(text.replace(/ +/g, " ")).toContain(facts);
    expect(text).toMatch(/^## When it appears$[\s\S]*^## Example$[\s\S]*^## What to do$/m);
  });
});

test("the decisions on the page of the engine are those that it makes", () => {
  const shown = /```text\n(workflow [\s\S]*?)```/.exec(textOf("docs/explanation/engine.md"))?.[1];
  expect(textOf("test/transcripts/engine/gate.txt")).toContain(shown);
});
