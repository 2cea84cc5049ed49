/**
 * Workflow text to a definition. Finds as many mistakes as it can in one go, never throws whatever the text is, and
 * takes time linear in its length. Does not ask whether what is named exists: that is `validateDefinition`.
 */
import type { Definition, InputDeclaration, Node } from "@runfleet/model";
import { alwaysAddress, bodyAddress, limits } from "@runfleet/model";
import type { MetaFields } from "../definition/make-nodes.js";
import { makeDefinition } from "../definition/make-nodes.js";
import { textBytes } from "../definition/text-bytes.js";
import type { Diagnostic, Position, Span } from "../diagnostics/diagnostic.js";
import { createLineIndex } from "../diagnostics/line-index.js";
import { createReporter } from "../diagnostics/reporter.js";
import { suggest } from "../diagnostics/suggest.js";
import { matchBraces } from "../syntax/match-braces.js";
import type { Token } from "../syntax/token.js";
import { tokenize } from "../syntax/tokenize.js";
import { nodeReaders } from "./nodes/node-readers.js";
import type { Parser } from "./parser.js";
import {
  acceptWord,
  atEnd,
  describe,
  expectName,
  isPunctuation,
  isWord,
  peek,
  report,
  take,
} from "./parser.js";
import { readBlock } from "./read-block.js";
import { readStep } from "./read-body.js";
import { readInputs } from "./read-inputs.js";
import { readLooseMeta, readMeta } from "./read-meta.js";
import { readOptions } from "./read-options.js";
import { stepNames } from "./step-names.js";

/**
 * Where things of a definition stand in its text: a node by its node path (`b.2.0`), a part of it by the path, `:` and
 * the part (`b.2:condition`, `b.2:name`, `b.2:retries`), an input by `input:<name>`, the workflow's name by `name`. A part
 * without a place of its own has that of its node.
 */
export type Positions = (path: string) => Position | undefined;

/** What could be read of a text with errors. */
export interface Draft {
  /** Steps with errors may be missing from it. */
  readonly definition: Definition;
  /** Names of all steps in the text, of those with errors too. */
  readonly steps: ReadonlySet<string>;
}

export interface ParsedWorkflow {
  /** Absent when there are errors. */
  readonly definition?: Definition;
  /** Only when there are errors, and enough was read. */
  readonly draft?: Draft;
  /** In the order of their places. */
  readonly diagnostics: Diagnostic[];
  readonly positions: Positions;
}

/** `file` is only put into the diagnostics. */
export function parseWorkflow(source: string, options: { readonly file?: string } = {}): ParsedWorkflow {
  const reporter = createReporter(source, options.file);
  const places = new Map<string, Span>();
  const positions = positionsOf(source, places);
  if (source.length > limits.definitionBytesMax || textBytes(source) > limits.definitionBytesMax) {
    reporter.report({
      code: "source_too_large",
      span: { start: 0, end: 0 },
      message: `the text is larger than ${limits.definitionBytesMax} bytes`,
      hint: "split the workflow and use `call workflow`",
    });
    return { diagnostics: reporter.diagnostics(), positions };
  }
  const { tokens } = tokenize(source, reporter);
  const parser: Parser = {
    source,
    tokens,
    closingBraces: matchBraces(tokens),
    reporter,
    places,
    nodeReaders,
    index: 0,
    depth: 0,
    steps: 0,
  };
  const definition = readFile(parser);
  const diagnostics = reporter.diagnostics();
  if (definition === undefined) return { diagnostics, positions };
  if (reporter.hasErrors()) {
    return { draft: { definition, steps: stepNames(tokens) }, diagnostics, positions };
  }
  return { definition, diagnostics, positions };
}

function readFile(parser: Parser): Definition | undefined {
  if (!findWorkflow(parser)) return undefined;
  const name = expectName(parser, "the name of the workflow");
  if (name !== undefined) parser.places.set("name", name);
  const draft: Sections = { meta: {}, inputs: [], body: [], always: [] };
  const bag = readBlock(parser, { what: "this workflow", readStep: () => readSection(parser, draft) });
  const meta = { ...readLooseMeta(parser, bag), ...draft.meta };
  reportRest(parser);
  if (name === undefined) return undefined;
  return makeDefinition(name.text, { ...meta, inputs: draft.inputs, always: draft.always }, draft.body);
}

/** Takes `workflow`, also when it is misspelt. */
function findWorkflow(parser: Parser): boolean {
  if (acceptWord(parser, "workflow") !== undefined) return true;
  const token = peek(parser);
  const isMisspelt = token.kind === "word" && suggest(token.text, ["workflow"]) !== undefined;
  report(parser, {
    code: "missing_workflow",
    span: token,
    message: `a workflow begins with \`workflow\`, not with ${describe(token)}`,
    hint: isMisspelt ? "did you mean `workflow`?" : "write `workflow name { … }` around everything",
  });
  if (isMisspelt) take(parser);
  return isMisspelt;
}

interface Sections {
  meta: MetaFields;
  readonly inputs: InputDeclaration[];
  readonly body: Node[];
  readonly always: Node[];
}

type SectionReader = (parser: Parser, draft: Sections) => void;

const sections: Readonly<Record<string, SectionReader>> = {
  meta: (parser, draft) => {
    draft.meta = { ...draft.meta, ...readMeta(parser) };
  },
  inputs: (parser, draft) => readInputs(parser, draft.inputs),
  always: (parser, draft) => readAlwaysSection(parser, draft.always),
};

function readSection(parser: Parser, draft: Sections): void {
  const token = peek(parser);
  const meant = sectionOf(parser, token);
  if (meant === undefined) {
    readStep(parser, draft.body, bodyAddress);
    return;
  }
  take(parser);
  sections[meant]?.(parser, draft);
}

/** The section a token begins; a misspelt one followed by a block counts, and is reported. */
function sectionOf(parser: Parser, token: Token): string | undefined {
  if (token.kind !== "word") return undefined;
  if (Object.hasOwn(sections, token.text)) return token.text;
  if (nodeReaders.has(token.text) || !isPunctuation(peek(parser, 1), "{")) return undefined;
  const meant = suggest(token.text, [...Object.keys(sections), ...nodeReaders.keys()]);
  if (meant === undefined || !Object.hasOwn(sections, meant)) return undefined;
  report(parser, {
    code: "unknown_keyword",
    span: token,
    message: `a workflow has no section \`${token.text}\``,
    hint: `did you mean \`${meant}\`?`,
  });
  return meant;
}

/** All `always` blocks of a workflow are one list. */
function readAlwaysSection(parser: Parser, always: Node[]): void {
  const bag = readBlock(parser, {
    what: "this `always`",
    readStep: () => readStep(parser, always, alwaysAddress),
  });
  readOptions(parser, bag, {}, { what: "`always`", path: alwaysAddress });
}

/** Text behind the workflow is ignored as in the reference, but steps there show that a brace is wrong. */
function reportRest(parser: Parser): void {
  if (atEnd(parser)) return;
  const token = peek(parser);
  const isStep =
    token.kind === "word" && (nodeReaders.has(token.text) || Object.hasOwn(sections, token.text));
  if (isStep || isPunctuation(token, "}")) {
    report(parser, {
      code: "steps_after_end",
      span: token,
      message: `the workflow has ended before this ${describe(token)}`,
      hint: "a block above is closed by one `}` too many, or not opened",
    });
    return;
  }
  report(parser, {
    code: "text_after_end",
    span: token,
    message: "text behind the end of the workflow is ignored",
    hint: isWord(token, "workflow") ? "write one workflow per file" : undefined,
  });
}

function positionsOf(source: string, places: ReadonlyMap<string, Span>): Positions {
  const positionOf = createLineIndex(source);
  return (path) => {
    const colon = path.indexOf(":");
    const place = places.get(path) ?? (colon < 0 ? undefined : places.get(path.slice(0, colon)));
    return place === undefined ? undefined : positionOf(place);
  };
}
