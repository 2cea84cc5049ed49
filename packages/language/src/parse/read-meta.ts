/** `meta { … }`: what is said about a workflow as a whole. */
import type { MetaFields } from "../definition/make-nodes.js";
import { choice, duration, pool, text, texts } from "./option-readers.js";
import type { Parser } from "./parser.js";
import { report } from "./parser.js";
import type { OptionBag } from "./read-block.js";
import { readBlock } from "./read-block.js";
import { readOptions } from "./read-options.js";

const metaTable = {
  title: text,
  description: text,
  trigger: choice(["manual", "pr", "scheduled"]),
  targets: texts,
  group: text,
  timeout: duration,
  pool,
} as const;

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
  const given = Object.entries({ ...rest, timeoutMs }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
