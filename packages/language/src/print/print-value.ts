/** Values as workflow text. Each text parses back to the same value, whatever characters it has. */
import { type Condition, formatDuration, type OnFail } from "@runfleet/model";
import { conditionText } from "../definition/condition.js";
import { isIdentifier } from "../definition/names.js";

/** Maps and lists longer than this are printed one entry a line. */
const inlineWidthMax = 80;

export function quoted(text: string): string {
  const escaped = text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return `"${escaped}"`;
}

/** Without quotes where they are not needed. */
export function word(text: string): string {
  return isIdentifier(text) ? text : quoted(text);
}

export function duration(durationMs: number): string {
  return quoted(formatDuration(durationMs));
}

export function list(items: readonly string[]): string {
  const inline = `[${items.map(quoted).join(", ")}]`;
  if (inline.length <= inlineWidthMax) return inline;
  return `[\n${items.map((item) => `  ${quoted(item)},\n`).join("")}]`;
}

export function map(entries: Readonly<Record<string, string>>): string {
  const texts = Object.entries(entries).map(([key, value]) => `${word(key)} = ${quoted(value)}`);
  if (texts.length === 0) return "{}";
  const inline = `{ ${texts.join(", ")} }`;
  if (inline.length <= inlineWidthMax) return inline;
  return `{\n${texts.map((text) => `  ${text}\n`).join("")}}`;
}

/** For the head of a block: without quotes if both names allow it. */
export function condition(value: Condition): string {
  const text = conditionText(value);
  const names = value.kind === "marker" ? [value.step, value.marker] : [value.input];
  return names.every(isIdentifier) ? text : quoted(text);
}

export function onFail(value: OnFail): string {
  if (value.kind === "continue") return "continue";
  return value.agent.kind === "name" ? word(value.agent.value) : quoted(value.agent.value);
}
