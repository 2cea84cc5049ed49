/** `foreach name { over = … max_parallel = … workflow = … }`: a run of a workflow for each item. */
import type { ForeachNode } from "@runfleet/model";
import { makeForeach } from "../../definition/make-nodes.js";
import type { Token } from "../../syntax/token.js";
import { choice, count, flag, nonEmptyText, textMap } from "../option-readers.js";
import type { Parser } from "../parser.js";
import { expectName } from "../parser.js";
import { readBlock } from "../read-block.js";
import { readOptions, requireOption } from "../read-options.js";

const foreachTable = {
  over: nonEmptyText,
  max_parallel: count,
  workflow: nonEmptyText,
  scope: textMap,
  filter: textMap,
  inputs: textMap,
  ordered: flag,
  on_cycle: choice(["fail", "warn"]),
  on_child_fail: choice(["halt", "continue", "skip_dependents"]),
} as const;

export function readForeach(parser: Parser, keyword: Token, path: string): ForeachNode | undefined {
  const name = expectName(parser, "a name for this foreach");
  if (name !== undefined) parser.places.set(`${path}:name`, name);
  const bag = readBlock(parser, { what: "this foreach" });
  const values = readOptions(parser, bag, foreachTable, { what: "a foreach", path });
  const at = { bag, at: keyword, what: "a foreach" };
  const over = requireOption(parser, values.over, { ...at, key: "over", example: "json" });
  const maxParallel = requireOption(parser, values.max_parallel, {
    ...at,
    key: "max_parallel",
    example: "4",
  });
  const workflow = requireOption(parser, values.workflow, { ...at, key: "workflow", example: "name" });
  if (name === undefined || over === undefined || maxParallel === undefined || workflow === undefined)
    return undefined;
  const { scope, filter, inputs, ordered, on_cycle: onCycle, on_child_fail: onChildFail } = values;
  return makeForeach(name.text, {
    over,
    maxParallel,
    workflow,
    scope,
    filter,
    inputs,
    ordered,
    onCycle,
    onChildFail,
  });
}
