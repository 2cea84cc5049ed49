/** `if` and `unless`. */
import type { Node } from "@runfleet/model";
import { bodyPath } from "../../definition/body-path.js";
import { makeIf } from "../../definition/make-nodes.js";
import type { Parser } from "../parser.js";
import { readBody } from "../read-body.js";
import { readCondition } from "../read-condition.js";
import { readOptions } from "../read-options.js";

/** Reads what follows the keyword. */
export function readIf(parser: Parser, keyword: "if" | "unless", path: string): Node | undefined {
  const condition = readCondition(parser, path);
  const { bag, nodes } = readBody(parser, { what: `this \`${keyword}\``, path: bodyPath(path) });
  readOptions(parser, bag, {}, { what: `\`${keyword}\``, path });
  return condition === undefined ? undefined : makeIf(keyword, condition, nodes);
}
