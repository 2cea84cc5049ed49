/** `gate name { … }`. The name is the type unless `type` says otherwise; a quality gate has options of its own. */
import type { GateNode } from "@runfleet/model";
import { closedGateTypes, gateOptionNames } from "../../definition/gate-types.js";
import { makeGate, makeQualityGate } from "../../definition/make-nodes.js";
import { suggest } from "../../diagnostics/suggest.js";
import type { Token } from "../../syntax/token.js";
import { choice, count, duration, gateOptions, nonEmptyText, percentage, text } from "../option-readers.js";
import type { Parser } from "../parser.js";
import { expectName, report } from "../parser.js";
import type { OptionBag, RawOption } from "../read-block.js";
import { readBlock } from "../read-block.js";
import { readOptions, requireOption } from "../read-options.js";

const gateTable = {
  type: nonEmptyText,
  prompt: text,
  min_approvals: count,
  mode: choice(["min_approvals", "review_decision"]),
  timeout: duration,
  on_timeout: choice(["fail", "continue"]),
  as: text,
  options: gateOptions,
} as const;

const qualityTable = {
  type: nonEmptyText,
  source: nonEmptyText,
  threshold: percentage,
  on_fail: choice(["fail", "continue"]),
  as: text,
} as const;

export function readGate(parser: Parser, keyword: Token, path: string): GateNode | undefined {
  const name = expectName(parser, "the type or name of a gate");
  if (name !== undefined) parser.places.set(`${path}:name`, name);
  const bag = readBlock(parser, { what: "this gate" });
  if (name === undefined) return undefined;
  const type = typeOf(bag) ?? name.text;
  return type === "quality_gate"
    ? readQualityGate(parser, bag, { keyword, name, path })
    : readWaitingGate(parser, bag, { type, name, path });
}

function typeOf(bag: OptionBag): string | undefined {
  const value = bag.get("type")?.value;
  return value?.kind === "quoted" || value?.kind === "bare" ? value.text : undefined;
}

function readWaitingGate(
  parser: Parser,
  bag: OptionBag,
  { type, name, path }: { type: string; name: Token; path: string },
): GateNode {
  const params = closedGateTypes.has(type) ? {} : takeParams(parser, bag);
  const values = readOptions(parser, bag, gateTable, { what: `a \`${type}\` gate`, path });
  const both = bag.get("min_approvals");
  if (values.mode === "review_decision" && both !== undefined) {
    report(parser, {
      code: "conflicting_options",
      span: both.key,
      message: "`min_approvals` has no meaning with `mode = review_decision`",
      hint: "leave one of the two out",
    });
  }
  return makeGate(name.text, {
    gateType: type,
    prompt: values.prompt,
    minApprovals: values.min_approvals,
    mode: values.mode,
    timeoutMs: values.timeout,
    onTimeout: values.on_timeout,
    as: values.as,
    options: values.options,
    params,
  });
}

/** Options that gates in general do not have are for the resolver of this gate's type. */
function takeParams(parser: Parser, bag: OptionBag): Record<string, string> {
  const params: [string, string][] = [];
  for (const [key, option] of bag) {
    if (gateOptionNames.has(key)) continue;
    bag.delete(key);
    const value = readParam(parser, option);
    if (value !== undefined) params.push([key, value]);
  }
  return Object.fromEntries(params);
}

function readParam(parser: Parser, option: RawOption): string | undefined {
  const key = option.key.text;
  const near = suggest(key, gateOptionNames);
  if (near !== undefined && key.length > 3) {
    report(parser, {
      code: "unusual_value",
      span: option.key,
      message: `\`${key}\` is handed to the gate's resolver as a parameter`,
      hint: `did you mean the option \`${near}\`?`,
    });
  }
  return text(parser, option);
}

function readQualityGate(
  parser: Parser,
  bag: OptionBag,
  { keyword, name, path }: { keyword: Token; name: Token; path: string },
): GateNode | undefined {
  const what = "a quality gate";
  const values = readOptions(parser, bag, qualityTable, { what, path });
  const source = requireOption(parser, values.source, {
    bag,
    key: "source",
    example: '"step"',
    at: keyword,
    what,
  });
  const threshold = requireOption(parser, values.threshold, {
    bag,
    key: "threshold",
    example: "80",
    at: keyword,
    what,
  });
  if (source === undefined || threshold === undefined) return undefined;
  return makeQualityGate(name.text, { source, threshold, onFail: values.on_fail, as: values.as });
}
