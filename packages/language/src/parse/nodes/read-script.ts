/** `script name { run = "…" }`. */
import type { ScriptNode } from "@runfleet/model";
import { makeScript } from "../../definition/make-nodes.js";
import type { Token } from "../../syntax/token.js";
import { nonEmptyText, textMap } from "../option-readers.js";
import type { Parser } from "../parser.js";
import { expectName } from "../parser.js";
import { readBlock } from "../read-block.js";
import { readOptions, requireOption } from "../read-options.js";
import { retryFields, retryTable } from "./retry-options.js";

const scriptTable = { run: nonEmptyText, env: textMap, ...retryTable } as const;

export function readScript(parser: Parser, keyword: Token, path: string): ScriptNode | undefined {
  const name = expectName(parser, "a name for this script");
  if (name !== undefined) parser.places.set(`${path}:name`, name);
  const bag = readBlock(parser, { what: "this script" });
  const values = readOptions(parser, bag, scriptTable, { what: "a script", path });
  const required = { bag, key: "run", example: '"make test"', at: keyword, what: "a script" };
  const run = requireOption(parser, values.run, required);
  if (name === undefined || run === undefined) return undefined;
  return makeScript(name.text, { ...retryFields(values), run, env: values.env });
}
