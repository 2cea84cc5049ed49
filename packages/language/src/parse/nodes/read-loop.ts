/** `while`, and the two meanings of `do`: a block of steps, or with a `while` behind it a loop tested at its end. */
import type { MarkerCondition, Node } from "@runfleet/model";
import { bodyPath } from "../../definition/body-path.js";
import { makeLoop, makeSequence } from "../../definition/make-nodes.js";
import type { Token } from "../../syntax/token.js";
import { choice, count, text, texts } from "../option-readers.js";
import type { Parser } from "../parser.js";
import { acceptPunctuation, acceptWord, isPunctuation, peek, report, take } from "../parser.js";
import type { OptionBag } from "../read-block.js";
import { hasTrailingWhile, readBody } from "../read-body.js";
import { readMarkerCondition } from "../read-condition.js";
import { readOptions, requireOption } from "../read-options.js";

const loopTable = {
  max_iterations: count,
  stuck_after: count,
  on_max_iter: choice(["fail", "continue"]),
} as const;
const blockTable = { output: text, with: texts } as const;

export function readWhile(parser: Parser, keyword: Token, path: string): Node | undefined {
  const condition = readMarkerCondition(parser, path);
  const { bag, nodes } = readBody(parser, { what: "this loop", path: bodyPath(path) });
  return loopNode(parser, { bag, nodes, condition, test: "before" }, { keyword, path });
}

export function readDo(parser: Parser, keyword: Token, path: string): Node | undefined {
  skipOldHead(parser);
  if (hasTrailingWhile(parser)) return readDoWhile(parser, keyword, path);
  const { bag, nodes } = readBody(parser, { what: "this block", path });
  rejectLoopOptions(parser, bag);
  const values = readOptions(parser, bag, blockTable, { what: "a `do` block", path });
  return makeSequence("do", { output: values.output, with: values.with }, nodes);
}

function readDoWhile(parser: Parser, keyword: Token, path: string): Node | undefined {
  const { bag, nodes } = readBody(parser, { what: "this loop", path: bodyPath(path) });
  acceptWord(parser, "while");
  const condition = readMarkerCondition(parser, path);
  return loopNode(parser, { bag, nodes, condition, test: "after" }, { keyword, path });
}

interface LoopParts {
  readonly bag: OptionBag;
  readonly nodes: Node[];
  readonly condition: MarkerCondition | undefined;
  readonly test: "before" | "after";
}

function loopNode(
  parser: Parser,
  { bag, nodes, condition, test }: LoopParts,
  { keyword, path }: { keyword: Token; path: string },
): Node | undefined {
  const values = readOptions(parser, bag, loopTable, { what: "a loop", path });
  const maxIterations = requireOption(parser, values.max_iterations, {
    bag,
    key: "max_iterations",
    example: "10",
    at: keyword,
    what: "a loop",
  });
  if (condition === undefined || maxIterations === undefined) return undefined;
  const { stuck_after: stuckAfter, on_max_iter: onMaxIter } = values;
  return makeLoop({ test, condition, maxIterations, stuckAfter, onMaxIter }, nodes);
}

/** `do step.marker { … }` was the syntax of loops long ago. */
function skipOldHead(parser: Parser): void {
  const first = peek(parser);
  if (isPunctuation(first, "{") || (first.kind !== "word" && first.kind !== "string")) return;
  report(parser, {
    code: "expected",
    span: first,
    message: "`do` is followed by `{`",
    hint: "write the condition behind the block: `do { … } while step.marker`",
  });
  acceptWord(parser, "while");
  take(parser);
  while (acceptPunctuation(parser, ".") !== undefined) take(parser);
}

function rejectLoopOptions(parser: Parser, bag: OptionBag): void {
  for (const key of Object.keys(loopTable)) {
    const option = bag.get(key);
    if (option === undefined) continue;
    bag.delete(key);
    report(parser, {
      code: "loop_without_condition",
      span: option.key,
      message: `\`${key}\` is an option of loops, and no condition follows this block`,
      hint: "write `while step.marker` behind the closing brace, without a block of its own",
    });
  }
}
