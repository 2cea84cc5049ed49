/** `meta { … }`: what is said about a workflow as a whole. */
import type { Concurrency, Rate } from "@runfleet/model";
import type { MetaFields } from "../definition/make-nodes.js";
import { makeConcurrency, makeRate } from "../definition/make-nodes.js";
import { choice, count, duration, nonEmptyText, optionMap, pool, text, texts } from "./option-readers.js";
import type { Parser } from "./parser.js";
import { report } from "./parser.js";
import type { OptionBag, RawOption } from "./read-block.js";
import { readBlock } from "./read-block.js";
import { readOptions, requireOption } from "./read-options.js";

const metaTable = {
  title: text,
  description: text,
  trigger: choice(["manual", "pr", "scheduled"]),
  targets: texts,
  group: text,
  timeout: duration,
  pool,
  concurrency: optionMap,
  rate: optionMap,
} as const;

const concurrencyTable = { key: nonEmptyText, limit: count, total: count } as const;
const rateTable = { key: nonEmptyText, limit: count, per: duration, burst: count } as const;

/** What one `meta` block says; later blocks override earlier ones member by member. */
export function readMeta(parser: Parser): MetaFields {
  return metaFields(parser, readBlock(parser, { what: "`meta`" }));
}

/** Options written directly in the workflow are taken as if they stood in `meta`. */
export function readLooseMeta(parser: Parser, bag: OptionBag): MetaFields {
  for (const { key } of bag.values()) {
    if (!Object.hasOwn(metaTable, key.text)) continue;
    report(parser, {
      code: "misplaced_option",
      span: key,
      message: `\`${key.text}\` belongs into \`meta\``,
      hint: `write \`meta { ${key.text} = … }\``,
    });
  }
  return metaFields(parser, bag);
}

function metaFields(parser: Parser, bag: OptionBag): MetaFields {
  const values = readOptions(parser, bag, metaTable, { what: "`meta`", path: "meta" });
  const trigger = bag.get("trigger");
  if (trigger !== undefined && values.trigger !== undefined && values.trigger !== "manual") {
    report(parser, {
      code: "inactive_trigger",
      span: trigger.value.span,
      message: `\`trigger = ${values.trigger}\` is noted but starts nothing by itself`,
      hint: "runs are started by a command, a program or a schedule",
    });
  }
  const { timeout: timeoutMs, ...rest } = values;
  const limits = {
    concurrency: readConcurrency(parser, bag.get("concurrency"), values.concurrency),
    rate: readRate(parser, bag.get("rate"), values.rate),
  };
  const given = Object.entries({ ...rest, timeoutMs, ...limits }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

function readConcurrency(
  parser: Parser,
  option: RawOption | undefined,
  bag: OptionBag | undefined,
): Concurrency | undefined {
  if (option === undefined || bag === undefined) return undefined;
  const what = "`concurrency`";
  const { key, limit, total } = readOptions(parser, bag, concurrencyTable, {
    what,
    path: "meta:concurrency",
  });
  const needed = requireOption(parser, limit, { bag, key: "limit", example: "5", at: option.key, what });
  return needed === undefined ? undefined : makeConcurrency({ key, limit: needed, total });
}

function readRate(
  parser: Parser,
  option: RawOption | undefined,
  bag: OptionBag | undefined,
): Rate | undefined {
  if (option === undefined || bag === undefined) return undefined;
  const what = "`rate`";
  const { key, limit, per, burst } = readOptions(parser, bag, rateTable, { what, path: "meta:rate" });
  const at = { bag, at: option.key, what };
  const needed = requireOption(parser, limit, { ...at, key: "limit", example: "100" });
  const perMs = requireOption(parser, per, { ...at, key: "per", example: '"1m"' });
  if (needed === undefined || perMs === undefined) return undefined;
  return makeRate({ key, limit: needed, perMs, burst });
}
