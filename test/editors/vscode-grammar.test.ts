// The TextMate grammar of the editor extension, run by the tokeniser VS Code uses: what it calls a keyword, a name, a
// text or a comment. It colours text, so it is compared with the language's own reader where both must agree.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, describe, expect, test } from "vitest";
import oniguruma from "vscode-oniguruma";
import textmate, { type IGrammar } from "vscode-textmate";
import { corpus } from "../corpus/corpus-files.js";
import { root, textOf } from "../tidy/source-files.js";

const extension = "editors/vscode/";

interface Manifest {
  readonly contributes: {
    readonly languages: readonly { readonly configuration: string; readonly extensions: readonly string[] }[];
    readonly grammars: readonly { readonly path: string; readonly scopeName: string }[];
  };
}

const manifest = JSON.parse(textOf(`${extension}package.json`)) as Manifest;
const [contributed] = manifest.contributes.grammars;

let grammar: IGrammar;
beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
  await oniguruma.loadWASM(readFileSync(wasm).buffer);
  const path = `${extension}${contributed?.path ?? ""}`;
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: () => Promise.resolve(textmate.parseRawGrammar(textOf(path), path)),
  });
  const loaded = await registry.loadGrammar(contributed?.scopeName ?? "");
  if (loaded === null) throw new Error("the grammar cannot be loaded");
  grammar = loaded;
});

interface Piece {
  readonly text: string;
  readonly line: number;
  /** The innermost scope without the language's name at its end. */
  readonly scope: string;
  readonly scopes: readonly string[];
}

function piecesOf(source: string): Piece[] {
  const pieces: Piece[] = [];
  let stack = textmate.INITIAL;
  for (const [line, text] of source.split("\n").entries()) {
    const { tokens, ruleStack } = grammar.tokenizeLine(text, stack);
    stack = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens) {
      const scope = (scopes.at(-1) ?? "").replace(/\.wf$/, "");
      pieces.push({ text: text.slice(startIndex, endIndex), line, scope, scopes });
    }
  }
  return pieces;
}

/** `text: scope` of everything that is neither white space nor punctuation. */
function coloured(source: string): string[] {
  return piecesOf(source)
    .filter(({ text, scope }) => text.trim() !== "" && !scope.startsWith("punctuation"))
    .map(({ text, scope }) => `${text.trim()}: ${scope}`);
}

test("the extension's files are there, and it is for .wf files", () => {
  const [language] = manifest.contributes.languages;
  expect(language?.extensions).toEqual([".wf"]);
  for (const path of [language?.configuration, contributed?.path]) {
    expect(existsSync(`${root}${extension}${path ?? ""}`)).toBe(true);
  }
  const configuration = JSON.parse(textOf(`${extension}language-configuration.json`)) as object;
  expect(configuration).toMatchObject({
    comments: { lineComment: "//" },
    brackets: [
      ["{", "}"],
      ["[", "]"],
    ],
  });
});

describe("what is what", () => {
  test.each<[string, readonly string[]]>([
    [
      "workflow review-pr {",
      ["workflow: keyword.declaration.workflow", "review-pr: entity.name.type.workflow"],
    ],
    ["call plan", ["call: keyword.control.step", "plan: entity.name.function.action"]],
    [
      "call workflow build-image",
      [
        "call: keyword.control.step",
        "workflow: keyword.control.step",
        "build-image: entity.name.function.workflow",
      ],
    ],
    [
      "if plan.ready {",
      ["if: keyword.control.flow", "plan: variable.other.step", "ready: variable.other.member.marker"],
    ],
    ["unless draft {", ["unless: keyword.control.flow", "draft: variable.other.step"]],
    [
      "do {\n} while a-b.c",
      [
        "do: keyword.control.flow",
        "while: keyword.control.flow",
        "a-b: variable.other.step",
        "c: variable.other.member.marker",
      ],
    ],
    ["parallel checks {", ["parallel: keyword.control.step", "checks: entity.name.function.step"]],
    ["do {", ["do: keyword.control.flow"]],
    ["always {", ["always: keyword.declaration.section"]],
    ["pr required", ["pr: source", "required: storage.modifier"]],
    [
      "retries = 2, backoff = exponential; as = bot",
      [
        "retries: variable.other.property",
        "=: keyword.operator.assignment",
        "2: constant.numeric.integer",
        "backoff: variable.other.property",
        "=: keyword.operator.assignment",
        "exponential: string.unquoted",
        "as: variable.other.property",
        "=: keyword.operator.assignment",
        "bot: string.unquoted",
      ],
    ],
    [
      "timeout = 1h30m ordered = true",
      [
        "timeout: variable.other.property",
        "=: keyword.operator.assignment",
        "1h30m: constant.numeric.duration",
        "ordered: variable.other.property",
        "=: keyword.operator.assignment",
        "true: constant.language.boolean",
      ],
    ],
    [
      "with = [a, b]",
      [
        "with: variable.other.property",
        "=: keyword.operator.assignment",
        "a: string.unquoted",
        "b: string.unquoted",
      ],
    ],
    [
      "workflow = import-file",
      ["workflow: variable.other.property", "=: keyword.operator.assignment", "import-file: string.unquoted"],
    ],
    ["call call-back", ["call: keyword.control.step", "call-back: entity.name.function.action"]],
  ])("%s", (source, expected) => {
    expect(coloured(source)).toEqual(expected);
  });

  test("comments of three kinds, none of them in a text or in a name", () => {
    expect(coloured("// a\n# b\n-- c").map((text) => text.split(": ")[1])).toEqual([
      "comment.line.double-slash",
      "comment.line.number-sign",
      "comment.line.double-dash",
    ]);
    expect(coloured('run = "a // b # c -- d"').at(-1)).toBe("a // b # c -- d: string.quoted.double");
    expect(coloured("call a--b")).toEqual([
      "call: keyword.control.step",
      "a--b: entity.name.function.action",
    ]);
  });

  test("placeholders and escapes inside a text, which may go on over lines", () => {
    const pieces = piecesOf('run = "echo \\"{{ name }}\\"\nnext" }');
    expect(pieces.find(({ text }) => text === "name")?.scopes).toContain("meta.template.expression.wf");
    expect(pieces.filter(({ scope }) => scope === "constant.character.escape")).toHaveLength(2);
    expect(pieces.find(({ text }) => text === "next")?.scope).toBe("string.quoted.double");
  });
});

test("all of the corpus is coloured: every text ends where it ends, and only names of inputs have no colour", () => {
  for (const { name, source } of corpus) {
    const pieces = piecesOf(source);
    const inText = ({ scopes }: Piece): boolean =>
      scopes.some((scope) => /^(string\.quoted|comment)/.test(scope));
    const texts = pieces.filter(inText).map(({ text }) => text);
    expect(
      texts.filter((text) => /^\s*(call|script|gate|workflow) \w+ \{/.test(text)),
      name,
    ).toEqual([]);
    const outside = pieces.filter((piece) => !inText(piece)).map(({ text }) => text);
    expect(
      outside.filter((text) => text.includes('"')),
      name,
    ).toEqual([]);
    const plain = pieces.filter(({ scope, text }) => scope === "source" && text.trim() !== "");
    expect(
      plain.filter(({ text }) => !/^[\s\w-]+$/.test(text)).map(({ text }) => text),
      name,
    ).toEqual([]);
    expect(pieces.at(-1)?.scopes.length, `${name} ends inside of something`).toBe(1);
  }
});
