/** `call workflow name { … }`. Inputs are an option or a nested block; both mean the same. */
import type { ChildNode } from "@runfleet/model";
import { makeChild } from "../../definition/make-nodes.js";
import { textMap } from "../option-readers.js";
import type { Parser } from "../parser.js";
import { expectName, isPunctuation, peek } from "../parser.js";
import type { OptionBag } from "../read-block.js";
import { readBlock } from "../read-block.js";
import { readOptions } from "../read-options.js";
import { retryFields, retryTable } from "./retry-options.js";

const childTable = { ...retryTable, inputs: textMap } as const;

/** Reads what follows `call workflow`; both words have been taken. */
export function readChild(parser: Parser, path: string): ChildNode | undefined {
  const name = expectName(parser, "the name of a workflow");
  if (name !== undefined) parser.places.set(`${path}:name`, name);
  const hasBlock = isPunctuation(peek(parser), "{");
  const bag: OptionBag = hasBlock ? readBlock(parser, { what: "this call" }) : new Map();
  const values = readOptions(parser, bag, childTable, { what: "`call workflow`", path });
  if (name === undefined) return undefined;
  return makeChild(name.text, { ...retryFields(values), inputs: values.inputs });
}
