/** Readers of option values, one per type of value. Each reports what it cannot accept and says what it would. */
import type { AgentRef, GateOptions, MarkerCondition, OnFail } from "@runfleet/model";
import { durationMsMax, formatDuration, parseDuration, poolProblem } from "@runfleet/model";
import { leavesFolder, onFailOf } from "../definition/agent-ref.js";
import { markerConditionOf } from "../definition/condition.js";
import { isUnsafeKey } from "../definition/names.js";
import { suggestionHint } from "../diagnostics/suggest.js";
import type { Parser } from "./parser.js";
import { report } from "./parser.js";
import type { OptionBag, RawOption } from "./read-block.js";
import type { OptionReader } from "./read-options.js";
import type { RawValue, ScalarValue } from "./read-value.js";

/** Whole numbers are unsigned 32 bit, as in the reference. */
const countMax = 0xffff_ffff;

export const text: OptionReader<string> = (parser, option) => scalar(parser, option, "a text")?.text;

export const nonEmptyText: OptionReader<string> = (parser, option) => {
  const value = scalar(parser, option, "a text");
  if (value?.text === "") return invalid(parser, value, `\`${option.key.text}\` is empty`);
  return value?.text;
};

export const count: OptionReader<number> = (parser, option) => {
  const value = scalar(parser, option, "a whole number");
  if (value === undefined) return undefined;
  const amount = /^[0-9]+$/.test(value.text) ? Number(value.text) : Number.NaN;
  if (amount <= countMax) return amount;
  const message = `\`${option.key.text}\` takes a whole number from 0 to ${countMax}, not \`${shorten(value.text)}\``;
  return invalid(parser, value, message);
};

/** Name of a worker pool. */
export const pool: OptionReader<string> = (parser, option) => {
  const value = scalar(parser, option, "the name of a worker pool");
  const problem = value === undefined ? undefined : poolProblem(value.text);
  return value === undefined || problem === undefined ? value?.text : invalid(parser, value, problem);
};

/** 0 to 100. */
export const percentage: OptionReader<number> = (parser, option) => {
  const share = count(parser, option);
  if (share === undefined || share <= 100) return share;
  const message = `\`${option.key.text}\` is a percentage from 0 to 100, not ${share}`;
  return invalid(parser, option.value, message);
};

/** Milliseconds. */
export const duration: OptionReader<number> = (parser, option) => {
  const value = scalar(parser, option, "a duration");
  if (value === undefined) return undefined;
  const durationMs = parseDuration(value.text);
  if (durationMs !== undefined) return durationMs;
  const message = `\`${shorten(value.text)}\` is not a duration`;
  const longest = `at most ${formatDuration(durationMsMax)}`;
  return invalid(
    parser,
    value,
    message,
    `for example "250ms", "90s", "1h30m", or 90 for seconds; ${longest}`,
  );
};

/** A duration kept as text, because it may hold placeholders. */
export const durationText: OptionReader<string> = (parser, option) => {
  const value = scalar(parser, option, "a duration");
  if (value === undefined) return undefined;
  if (value.text.includes("{{")) return value.text;
  return duration(parser, option) === undefined ? undefined : value.text;
};

/** One text or a list of them. */
export const texts: OptionReader<string[]> = (parser, { key, value }) => {
  if (value.kind === "list") return [...value.items];
  if (value.kind !== "map") return [value.text];
  return invalid(parser, value, `\`${key.text}\` takes a text or a list, not a map`, 'write ["a", "b"]');
};

export const textMap: OptionReader<Record<string, string>> = (parser, { key, value }) => {
  if (value.kind === "map") return Object.fromEntries(value.entries);
  const message = `\`${key.text}\` takes a map, not ${nameOf(value)}`;
  return invalid(parser, value, message, `write ${key.text} = { name = "value" }`);
};

/** `{ … }` with options of its own. A map keeps no places, so each option stands where the block does. */
export const optionMap: OptionReader<OptionBag> = (parser, { key, value }) => {
  if (value.kind !== "map") {
    const message = `\`${key.text}\` takes a block, not ${nameOf(value)}`;
    return invalid(parser, value, message, `write ${key.text} { … }`);
  }
  const { entries, span } = value;
  return new Map(
    [...entries].map(([name, text]) => [
      name,
      { key: { ...key, text: name }, value: { kind: "quoted", text, span } },
    ]),
  );
};

/** One of a few words. */
export function choice<const Words extends readonly string[]>(words: Words): OptionReader<Words[number]> {
  return (parser, option) => {
    const list = words.map((word) => `\`${word}\``).join(" or ");
    const value = scalar(parser, option, list);
    if (value === undefined) return undefined;
    const found = words.find((word) => word === value.text);
    if (found !== undefined) return found;
    const message = `\`${option.key.text}\` takes ${list}, not \`${shorten(value.text)}\``;
    return invalid(parser, value, message, suggestionHint(value.text, words));
  };
}

/** `true` or `false`. */
export const flag: OptionReader<boolean> = (parser, option) => {
  const word = choice(["true", "false"])(parser, option);
  return word === undefined ? undefined : word === "true";
};

/** As in the reference everything but `true` means false; what is not `false` either gets a warning. */
export const lenientFlag: OptionReader<boolean> = (parser, option) => {
  const value = scalar(parser, option, "`true` or `false`");
  if (value === undefined) return undefined;
  if (value.text !== "true" && value.text !== "false") {
    report(parser, {
      code: "unusual_value",
      span: value.span,
      message: `\`${option.key.text}\` is \`true\` or \`false\`; \`${shorten(value.text)}\` counts as \`false\``,
      hint: suggestionHint(value.text, ["true", "false"]),
    });
  }
  return value.text === "true";
};

export const onFail: OptionReader<OnFail> = (parser, option) => {
  const value = scalar(parser, option, "`continue` or an agent");
  if (value === undefined) return undefined;
  if (value.text === "")
    return invalid(parser, value, "`on_fail` is empty", "`continue`, or the name of an agent");
  const result = onFailOf(value.text);
  if (result.kind === "agent" && !checkAgent(parser, result.agent, value.span)) return undefined;
  return result;
};

/** `if = "step.marker"` of a parallel branch. */
export const markerCondition: OptionReader<MarkerCondition> = (parser, option) => {
  const value = scalar(parser, option, "`step.marker`");
  if (value === undefined) return undefined;
  const condition = markerConditionOf(value.text);
  if (condition !== undefined) return condition;
  report(parser, {
    code: "invalid_condition",
    span: value.span,
    message: `\`${shorten(value.text)}\` is not a condition on a step`,
    hint: 'write `if = "step.marker"`',
  });
  return undefined;
};

/** A list, a map from value to label, or a field of an earlier step's output. */
export const gateOptions: OptionReader<GateOptions> = (parser, option) => {
  const { value } = option;
  if (value.kind === "map") return { kind: "fixed", values: Object.fromEntries(value.entries) };
  if (value.kind === "list") {
    if (value.items.some(isUnsafeKey)) return invalid(parser, value, "`__proto__` cannot be an option");
    return { kind: "fixed", values: Object.fromEntries(value.items.map((item) => [item, item])) };
  }
  const reference = markerConditionOf(value.text);
  if (reference !== undefined) return { kind: "field", step: reference.step, field: reference.marker };
  const hint = 'write a list ["a", "b"], a map { a = "Label" }, or "step.field"';
  return invalid(parser, value, `\`${shorten(value.text)}\` is neither options nor a field of a step`, hint);
};

/** Reports an agent path that could leave its folder. */
export function checkAgent(parser: Parser, agent: AgentRef, span: RawValue["span"]): boolean {
  if (agent.kind !== "path" || !leavesFolder(agent.value)) return true;
  report(parser, {
    code: "invalid_path",
    span,
    message: `parent-directory traversal: \`${shorten(agent.value)}\` has a \`..\` in it`,
    hint: "write the path from the root of the project",
  });
  return false;
}

function scalar(parser: Parser, { key, value }: RawOption, wanted: string): ScalarValue | undefined {
  if (value.kind !== "list" && value.kind !== "map") return value;
  return invalid(parser, value, `\`${key.text}\` takes ${wanted}, not ${nameOf(value)}`);
}

function invalid(parser: Parser, value: RawValue, message: string, hint?: string): undefined {
  report(parser, { code: "invalid_value", span: value.span, message, hint });
  return undefined;
}

function nameOf(value: RawValue): string {
  return value.kind === "list" || value.kind === "map" ? `a ${value.kind}` : "a single text";
}

function shorten(value: string): string {
  return value.length > 60 ? `${value.slice(0, 60)}…` : value;
}
