/** The table from keyword to the reader of that kind of step. A new kind of step is a file beside this one and a row. */
import type { NodeReader } from "../parser.js";
import { acceptWord } from "../parser.js";
import { readAlways } from "./read-always.js";
import { readIf } from "./read-branch.js";
import { readCall } from "./read-call.js";
import { readChild } from "./read-child.js";
import { readForeach } from "./read-foreach.js";
import { readGate } from "./read-gate.js";
import { readDo, readWhile } from "./read-loop.js";
import { readParallel } from "./read-parallel.js";
import { readScript } from "./read-script.js";
import { readSleep } from "./read-sleep.js";

/** In the order in which keywords are suggested. */
export const nodeReaders: ReadonlyMap<string, NodeReader> = new Map<string, NodeReader>([
  [
    "call",
    (parser, _keyword, path) =>
      acceptWord(parser, "workflow") === undefined ? readCall(parser, path) : readChild(parser, path),
  ],
  ["script", readScript],
  ["if", (parser, _keyword, path) => readIf(parser, "if", path)],
  ["unless", (parser, _keyword, path) => readIf(parser, "unless", path)],
  ["while", readWhile],
  ["do", readDo],
  ["parallel", readParallel],
  ["gate", readGate],
  ["foreach", readForeach],
  ["sleep", readSleep],
  ["always", (parser, _keyword, path) => readAlways(parser, path)],
]);
