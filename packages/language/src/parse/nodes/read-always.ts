/** `always` inside a block: its steps run where they stand, and one failing does not keep the next from running. */
import type { Node } from "@runfleet/model";
import { makeSequence } from "../../definition/make-nodes.js";
import type { Parser } from "../parser.js";
import { readBody } from "../read-body.js";
import { readOptions } from "../read-options.js";

export function readAlways(parser: Parser, path: string): Node {
  const { bag, nodes } = readBody(parser, { what: "this `always`", path });
  readOptions(parser, bag, {}, { what: "`always`", path });
  return makeSequence("always", {}, nodes);
}
