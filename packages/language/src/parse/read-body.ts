/** Blocks of steps: which reader a step's keyword leads to, and what to say about words that are none. */
import type { Node } from "@runfleet/model";
import { childAddress } from "@runfleet/model";
import { suggest } from "../diagnostics/suggest.js";
import type { Token } from "../syntax/token.js";
import type { NodeReader, Parser } from "./parser.js";
import { countStep, describe, isPunctuation, isWord, peek, report, skipStatement, take } from "./parser.js";
import type { OptionBag } from "./read-block.js";
import { readBlock } from "./read-block.js";

/** Words authors bring from elsewhere, and what says the same here. */
const foreignWords: ReadonlyMap<string, string> = new Map([
  ["else", "write the other case as `unless` with the same condition"],
  ["elif", "write the other case as an `if` of its own"],
  ["for", "a loop over items is `foreach`, a loop on a condition `while`"],
  ["each", "a loop over items is `foreach`"],
  ["repeat", "write `do { … } while step.marker`"],
  ["until", "write `do { … } while step.marker`"],
  ["agent", "an agent is run by `call name`"],
  ["action", "an action is run by `call name`"],
  ["step", 'an action is run by `call name`, a command by `script name { run = "…" }`'],
  ["task", 'an action is run by `call name`, a command by `script name { run = "…" }`'],
  ["run", 'a command is run by `script name { run = "…" }`'],
  ["exec", 'a command is run by `script name { run = "…" }`'],
  ["shell", 'a command is run by `script name { run = "…" }`'],
  ["bash", 'a command is run by `script name { run = "…" }`'],
  ["sh", 'a command is run by `script name { run = "…" }`'],
  ["wait", 'a pause is `sleep name { for = "5m" }`, waiting for somebody is `gate`'],
  ["delay", 'a pause is `sleep name { for = "5m" }`'],
  ["approve", "waiting for a person is `gate human_approval { … }`"],
  ["finally", "what runs at the end in any case stands in `always { … }`"],
  ["meta", "`meta { … }` stands directly in the workflow"],
  ["inputs", "`inputs { … }` stands directly in the workflow, or in the options of `call workflow`"],
  ["workflow", "another workflow is run by `call workflow name`"],
  ["required", "this belongs into `inputs { … }`"],
]);

export interface Body {
  readonly bag: OptionBag;
  readonly nodes: Node[];
}

/** Reads `{ … }` with options and steps. The steps' node paths begin with `path`. */
export function readBody(parser: Parser, { what, path }: { what: string; path: string }): Body {
  const nodes: Node[] = [];
  const bag = readBlock(parser, { what, readStep: () => readStep(parser, nodes, path) });
  return { bag, nodes };
}

/** Reads one step and adds it; what is no step is reported and skipped. */
export function readStep(parser: Parser, nodes: Node[], parentPath: string): void {
  const keyword = peek(parser);
  const reader = keyword.kind === "word" ? parser.nodeReaders.get(keyword.text) : undefined;
  if (reader === undefined) {
    recover(parser, keyword, { nodes, parentPath });
    return;
  }
  take(parser);
  apply(parser, reader, { keyword, nodes, parentPath });
}

interface Target {
  readonly nodes: Node[];
  readonly parentPath: string;
}

function apply(
  parser: Parser,
  reader: NodeReader,
  { keyword, nodes, parentPath }: Target & { keyword: Token },
): void {
  const path = childAddress(parentPath, nodes.length);
  const node = reader(parser, keyword, path);
  if (node === undefined) return;
  nodes.push(node);
  countStep(parser, path, keyword);
}

/** A misspelt keyword is read as the one that was meant, so that what follows is looked at too. */
function recover(parser: Parser, token: Token, target: Target): void {
  if (token.kind !== "word") {
    skipStatement(parser);
    report(parser, {
      code: "unexpected_text",
      span: token,
      message: `expected a step, found ${describe(token)}`,
    });
    return;
  }
  const hint = foreignWords.get(token.text);
  const meant = hint === undefined ? suggest(token.text, parser.nodeReaders.keys()) : undefined;
  const reader = meant === undefined ? undefined : parser.nodeReaders.get(meant);
  report(parser, {
    code: "unknown_keyword",
    span: token,
    message: `no step begins with \`${token.text}\``,
    hint:
      hint ??
      (meant === undefined
        ? `steps begin with ${[...parser.nodeReaders.keys()].join(", ")}`
        : `did you mean \`${meant}\`?`),
  });
  take(parser);
  if (reader !== undefined) apply(parser, reader, { keyword: token, ...target });
  else if (!isPunctuation(peek(parser), "}") && !peek(parser).startsLine) skipStatement(parser);
}

/** True when the block that begins with the next token has a `while step.marker` behind it, without a block of its own. */
export function hasTrailingWhile(parser: Parser): boolean {
  const close = parser.closingBraces.get(parser.index);
  if (close === undefined) return false;
  const ahead = close + 1 - parser.index;
  return isWord(peek(parser, ahead), "while") && !isConditionAndBlock(parser, ahead + 1);
}

/** True when a condition and `{` come at `ahead`: that is the head of a `while` of its own. */
function isConditionAndBlock(parser: Parser, ahead: number): boolean {
  const { kind } = peek(parser, ahead);
  if (kind !== "word" && kind !== "string") return false;
  let next = ahead + 1;
  while (isPunctuation(peek(parser, next), ".")) next += 2;
  return isPunctuation(peek(parser, next), "{");
}
