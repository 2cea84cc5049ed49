// Every command that a document tells people to type is one: `runfleet …` is what the command line understands, `npm run …` a
// script of the root or of the project that create-runfleet makes. Nothing is executed.
import { expect, test } from "vitest";
import { projectManifest } from "../../apps/create-runfleet/src/project-manifest.js";
import { parsedAs } from "../support/parsed-command.js";
import { filesEnding, textOf } from "../tidy/source-files.js";

interface Line {
  readonly file: string;
  readonly line: string;
  /** In a sentence a command may be named without what it must be given. */
  readonly isMention: boolean;
}

/** Records say what was typed then. */
const documents = filesEnding(".md").filter((file) => !file.startsWith("docs/adr/"));

function linesOf(file: string): Line[] {
  const text = textOf(file);
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
    block.replace(/\\\n\s*/g, " ").split("\n"),
  );
  const inline = [
    ...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`((?:(?:npx )?runfleet|npm run) [^`]+)`/g),
  ];
  const said = inline.map(([, code = ""]) => ({ code, isMention: true }));
  const typed = blocks.map((code) => ({ code, isMention: false }));
  return [...typed, ...said].map(({ code, isMention }) => ({
    ...{ file, isMention },
    line: code
      .replace(/\s+#.*$/, "")
      .replace(/\s+/g, " ")
      .trim(),
  }));
}

const lines = documents.flatMap(linesOf);
/** A placeholder that a person replaces, `<run>` or `…`, is a word like any other. */
const ours = lines.flatMap(({ line, ...rest }) => {
  const [, typed] = /^(?:npx )?runfleet (.+)$/.exec(line) ?? [];
  return typed === undefined ? [] : [{ ...rest, line: typed }];
});
const scripts = lines.flatMap(({ file, line }) => {
  const [, name] = /^npm (?:run )?([\w:-]+)/.exec(line) ?? [];
  return name === undefined ? [] : [{ file, name }];
});

const incomplete = new Set(
  ["missingArgument", "missingMandatoryOptionValue", "help"].map((code) => `commander.${code}`),
);

test.each(ours)("$file: runfleet $line", async ({ line, isMention }) => {
  const reached = await parsedAs(line).catch((error: { readonly code?: string }) => {
    if (isMention && incomplete.has(error.code ?? "")) return line;
    throw error;
  });
  expect(reached).not.toBe("nothing");
});

test("scripts of the root, and of a new project, are there", () => {
  const { scripts: ofRoot } = JSON.parse(textOf("package.json")) as { scripts: object };
  const { scripts: ofProject } = projectManifest({ name: "any", version: "0.1.0" });
  const known = [...Object.keys({ ...ofRoot, ...ofProject }), "audit", "install"];
  expect(ours.length).toBeGreaterThan(40);
  expect(scripts.length).toBeGreaterThan(10);
  expect(scripts.filter(({ name }) => !known.includes(name))).toEqual([]);
});
