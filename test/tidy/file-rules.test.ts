// Rules every source file obeys: size, name, header, words. They hold without exception; a rule that makes a place
// worse is changed here, with the reason in the commit.
import { basename } from "node:path";
import { expect, test } from "vitest";
import { filesBelow, filesEnding, textOf } from "./source-files.js";

const linesMax = 300;

const code = filesEnding(".ts", ".mts", ".tsx", ".mjs", ".js", ".lua");
const self = "test/tidy/file-rules.test.ts";

const bannedNames = /^(utils?|helpers?|common|misc|manager|types|constants)\.[a-z.]+$/;
const bannedFolders = /(^|\/)(utils?|helpers?|common|misc)\//;
const leftOvers = /\b(TODO|FIXME|XXX|HACK)\b/;
const machinePaths = /(^|[\s"'`(=:])\/(work|root|home\/[a-z]+|Users\/[A-Za-z]+)\//;
const registryHosts = /https?:\/\/(registry|deb|npm)\.[a-z]/i;

const offending = (files: readonly string[], isBad: (file: string) => boolean): string[] =>
  files.filter((file) => file !== self).filter(isBad);

test("the walk finds the code, so that the rules below have something to judge", () => {
  expect(code).toContain("packages/model/src/index.ts");
  expect(code).toContain("scripts/bootstrap.mjs");
  expect(code).toContain(self);
  expect(code.filter((file) => /node_modules|\/dist\//.test(file))).toEqual([]);
});

test(`no source file is longer than ${linesMax} lines`, () => {
  const lineCount = (file: string) => textOf(file).trimEnd().split("\n").length;
  const tooLong = offending(code, (file) => lineCount(file) > linesMax);
  expect(tooLong.map((file) => `${file}: ${lineCount(file)} lines`)).toEqual([]);
});

test("files are named after what they export, never utils, helpers, common, misc, manager, types or constants", () => {
  expect(offending(code, (file) => bannedNames.test(basename(file)) || bannedFolders.test(file))).toEqual([]);
});

test("TypeScript and JavaScript files are kebab-case, Lua files snake_case", () => {
  const pattern = (file: string) =>
    file.endsWith(".lua") ? /^[a-z0-9_]+\.lua$/ : /^[a-z0-9-]+(\.[a-z0-9-]+)*$/;
  expect(offending(code, (file) => !pattern(file).test(basename(file)))).toEqual([]);
});

const isUnitTest = (file: string) => /^(packages|apps)\/.*\.test\.ts$/.test(file);

test("every source file begins with a comment that says what it is; a unit test belongs to the file beside it", () => {
  const isHeaded = (file: string) => {
    const text = textOf(file).replace(/^#!.*\n/, "");
    return file.endsWith(".lua") ? text.startsWith("--") : /^(\/\/ |\/\*\*?[\s])/.test(text);
  };
  expect(offending(code, (file) => !isUnitTest(file) && !isHeaded(file))).toEqual([]);
});

test("nothing is left over: no TODO, FIXME, XXX or HACK in code or documents", () => {
  const texts = [...code, ...filesEnding(".md", ".wf", ".sh", ".yml")].filter(
    (file) => file !== "CONTRIBUTING.md",
  );
  expect(offending(texts, (file) => leftOvers.test(textOf(file)))).toEqual([]);
});

test("no path of somebody's machine and no package registry is named anywhere", () => {
  const texts = filesBelow().filter((file) => !/\.(png|svg|ico|woff2|patch)$/.test(file));
  expect(
    offending(texts, (file) => machinePaths.test(textOf(file)) || registryHosts.test(textOf(file))),
  ).toEqual([]);
});

test("index.ts lists its exports one by one", () => {
  const indexes = code.filter((file) => basename(file) === "index.ts");
  expect(offending(indexes, (file) => /^export \* /m.test(textOf(file)))).toEqual([]);
});
