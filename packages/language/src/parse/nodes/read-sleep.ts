/** `sleep name { for = "2h" }`. */
import type { SleepNode } from "@runfleet/model";
import { makeSleep } from "../../definition/make-nodes.js";
import type { Token } from "../../syntax/token.js";
import { durationText } from "../option-readers.js";
import type { Parser } from "../parser.js";
import { expectName } from "../parser.js";
import { readBlock } from "../read-block.js";
import { readOptions, requireOption } from "../read-options.js";

const sleepTable = { for: durationText } as const;

export function readSleep(parser: Parser, keyword: Token, path: string): SleepNode | undefined {
  const name = expectName(parser, "a name for this sleep");
  if (name !== undefined) parser.places.set(`${path}:name`, name);
  const bag = readBlock(parser, { what: "this sleep" });
  const values = readOptions(parser, bag, sleepTable, { what: "a sleep", path });
  const required = { bag, key: "for", example: '"2h"', at: keyword, what: "a sleep" };
  const duration = requireOption(parser, values.for, required);
  return name === undefined || duration === undefined ? undefined : makeSleep(name.text, duration);
}
