/**
 * What options mean: a construct states its options as a table from key to reader, and gets typed values back. Unknown
 * keys become warnings here; wrong values are reported by the readers (`option-readers.ts`).
 */
import { suggestionHint } from "../diagnostics/suggest.js";
import type { Parser } from "./parser.js";
import { report } from "./parser.js";
import type { OptionBag, RawOption } from "./read-block.js";

/** The value of one option, or `undefined` after a report. */
export type OptionReader<T> = (parser: Parser, option: RawOption) => T | undefined;

/** Keys as they are written, in the order they are suggested. */
export type OptionTable = Readonly<Record<string, OptionReader<unknown>>>;

export type OptionValues<Table extends OptionTable> = {
  [Key in keyof Table]?: Table[Key] extends OptionReader<infer T> ? T | undefined : never;
};

export interface OptionOwner {
  /** How messages name the construct, for example "a script". */
  readonly what: string;
  /** The node path under which the places of the options are kept. */
  readonly path: string;
}

/** Reads all options of a bag. */
export function readOptions<Table extends OptionTable>(
  parser: Parser,
  bag: OptionBag,
  table: Table,
  owner: OptionOwner,
): OptionValues<Table> {
  const values: Record<string, unknown> = {};
  for (const [key, option] of bag) {
    const reader = Object.hasOwn(table, key) ? table[key] : undefined;
    if (reader === undefined) reportUnknown(parser, option, table, owner);
    else {
      values[key] = reader(parser, option);
      parser.places.set(`${owner.path}:${key}`, option.value.span);
    }
  }
  return values as OptionValues<Table>;
}

/** The value of an option that must be there; a missing key is reported at the construct's keyword. */
export function requireOption<T>(
  parser: Parser,
  value: T | undefined,
  {
    bag,
    key,
    example,
    at,
    what,
  }: { bag: OptionBag; key: string; example: string; at: RawOption["key"]; what: string },
): T | undefined {
  if (value === undefined && !bag.has(key)) {
    report(parser, {
      code: "missing_option",
      span: at,
      message: `${what} needs \`${key}\``,
      hint: `add \`${key} = ${example}\``,
    });
  }
  return value;
}

function reportUnknown(parser: Parser, { key }: RawOption, table: OptionTable, { what }: OptionOwner): void {
  const known = Object.keys(table);
  report(parser, {
    code: "unknown_option",
    span: key,
    message: `\`${key.text}\` is not an option of ${what} and is ignored`,
    hint: known.length === 0 ? `${what} has no options` : suggestionHint(key.text, known),
  });
}
