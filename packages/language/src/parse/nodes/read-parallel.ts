/** `parallel [name] { call … call … }`. */
import type { ParallelBranch, ParallelNode } from "@runfleet/model";
import { childAddress } from "@runfleet/model";
import { makeParallel } from "../../definition/make-nodes.js";
import type { Token } from "../../syntax/token.js";
import { count, lenientFlag, text, texts } from "../option-readers.js";
import type { Parser } from "../parser.js";
import { countStep, expectName, isPunctuation, isWord, peek, report, take } from "../parser.js";
import { readBlock } from "../read-block.js";
import { readStep } from "../read-body.js";
import { readOptions } from "../read-options.js";
import { readBranchCall } from "./read-call.js";

const parallelTable = { fail_fast: lenientFlag, min_success: count, output: text, with: texts } as const;

export function readParallel(parser: Parser, keyword: Token, path: string): ParallelNode | undefined {
  const name = isPunctuation(peek(parser), "{")
    ? undefined
    : expectName(parser, "a name for this parallel block");
  if (name !== undefined) parser.places.set(`${path}:name`, name);
  const branches: ParallelBranch[] = [];
  const seen = { steps: 0 };
  const bag = readBlock(parser, {
    what: "this parallel block",
    readStep: () => {
      seen.steps += 1;
      readBranch(parser, branches, path);
    },
  });
  const values = readOptions(parser, bag, parallelTable, { what: "a parallel block", path });
  if (branches.length === 0) {
    if (seen.steps === 0) reportEmpty(parser, keyword);
    return undefined;
  }
  const { fail_fast: failFast, min_success: minSuccess, output, with: snippets } = values;
  return makeParallel({ name: name?.text, failFast, minSuccess, output, with: snippets }, branches);
}

function readBranch(parser: Parser, branches: ParallelBranch[], path: string): void {
  const token = peek(parser);
  const isCall = isWord(token, "call") && !isWord(peek(parser, 1), "workflow");
  if (!isCall) {
    readForeignStep(parser);
    return;
  }
  take(parser);
  const branchPath = childAddress(path, branches.length);
  const branch = readBranchCall(parser, branchPath);
  if (branch === undefined) return;
  branches.push(branch);
  countStep(parser, branchPath, token);
}

/** Other steps are read all the same, so that mistakes inside them are found, and dropped. */
function readForeignStep(parser: Parser): void {
  const token = peek(parser);
  if (parser.nodeReaders.has(token.text)) {
    report(parser, {
      code: "not_in_parallel",
      span: token,
      message: "a parallel block holds calls of agents and nothing else",
      hint: "put other steps before or behind it, or run a whole workflow per item with `foreach`",
    });
  }
  readStep(parser, [], "x");
}

function reportEmpty(parser: Parser, keyword: Token): void {
  report(parser, {
    code: "empty_parallel",
    span: keyword,
    message: "this parallel block has no branch",
    hint: "add at least one `call`",
  });
}
