/** `call agent { … }` and, with a condition, the branches of a parallel block. */
import type { AgentRef, CallNode, ParallelBranch } from "@runfleet/model";
import { makeBranchCall, makeCall } from "../../definition/make-nodes.js";
import { isActionName } from "../../definition/names.js";
import { checkAgent, count, markerCondition, text, texts } from "../option-readers.js";
import type { Parser } from "../parser.js";
import { isPunctuation, peek, rejectUnsafeKey, report, reportExpected, take } from "../parser.js";
import type { OptionBag } from "../read-block.js";
import { readBlock } from "../read-block.js";
import type { OptionValues } from "../read-options.js";
import { readOptions } from "../read-options.js";
import { retryFields, retryTable } from "./retry-options.js";

const callTable = { ...retryTable, output: text, with: texts, plugin_dirs: texts, max_turns: count } as const;
const branchTable = { ...callTable, if: markerCondition } as const;

/** Reads what follows `call`; the keyword has been taken. */
export function readCall(parser: Parser, path: string): CallNode | undefined {
  const { agent, bag } = readCallHead(parser, path);
  const values = readOptions(parser, bag, callTable, { what: "a call", path });
  return agent === undefined ? undefined : callNode(agent, values);
}

export function readBranchCall(parser: Parser, path: string): ParallelBranch | undefined {
  const { agent, bag } = readCallHead(parser, path);
  const values = readOptions(parser, bag, branchTable, { what: "a parallel branch", path });
  return agent === undefined ? undefined : makeBranchCall(callNode(agent, values), values.if);
}

function readCallHead(parser: Parser, path: string): { agent: AgentRef | undefined; bag: OptionBag } {
  const agent = readAgent(parser, path);
  const bag: OptionBag = isPunctuation(peek(parser), "{")
    ? readBlock(parser, { what: "this call" })
    : new Map();
  return { agent, bag };
}

function readAgent(parser: Parser, path: string): AgentRef | undefined {
  const token = peek(parser);
  parser.places.set(`${path}:name`, token);
  if (token.kind === "string") {
    take(parser);
    const agent: AgentRef = { kind: "path", value: token.text };
    if (token.text !== "") return checkAgent(parser, agent, token) ? agent : undefined;
    report(parser, { code: "invalid_path", span: token, message: "the path of an agent is empty" });
    return undefined;
  }
  if (token.kind !== "word") {
    reportExpected(
      parser,
      "the name or path of an agent",
      'for example `call review` or `call "agents/review.md"`',
    );
    return undefined;
  }
  if (isActionName(token.text)) {
    take(parser);
    return { kind: "name", value: token.text };
  }
  if (!rejectUnsafeKey(parser, token)) reportKeyword(parser);
  return undefined;
}

/** A keyword behind `call` most likely begins the next step, so it stays when it begins a line. */
function reportKeyword(parser: Parser): void {
  const token = peek(parser);
  report(parser, {
    code: "reserved_name",
    span: token,
    message: `\`${token.text}\` is a keyword and cannot be the name of an agent`,
    hint: `name an agent before it, or write "${token.text}" in quotes`,
  });
  if (!token.startsLine) take(parser);
}

function callNode(agent: AgentRef, values: OptionValues<typeof callTable>): CallNode {
  const { output, with: snippets, plugin_dirs: pluginDirs, max_turns: maxTurns } = values;
  return makeCall(agent, { ...retryFields(values), output, with: snippets, pluginDirs, maxTurns });
}
