/**
 * The inside of `{ … }`: options in any order and, where a construct has them, steps. Gives the options as written;
 * their meaning is read by `read-options.ts`. This is the one place that recovers inside blocks.
 */
import { limits } from "@runfleet/model";
import type { Span } from "../diagnostics/diagnostic.js";
import type { Token } from "../syntax/token.js";
import { findUnclosed } from "./find-unclosed.js";
import type { Parser } from "./parser.js";
import {
  acceptPunctuation,
  atEnd,
  describe,
  isPunctuation,
  peek,
  report,
  reportExpected,
  skipGroup,
  skipSeparators,
  skipStatement,
  take,
} from "./parser.js";
import { isAssignment, readAssignment } from "./read-assignment.js";
import type { RawValue } from "./read-value.js";
import { readValue } from "./read-value.js";

export interface RawOption {
  readonly key: Token;
  readonly value: RawValue;
}

/** Key to option; of repeated keys the last one, at the place of the first. */
export type OptionBag = Map<string, RawOption>;

export interface BlockForm {
  /** How messages name the block, for example "this script". */
  readonly what: string;
  /** Reads what is no option; must take at least one token. Without it the block holds options only. */
  readonly readStep?: () => void;
}

/** Reads a block that must be there. A missing one is reported and counts as empty. */
export function readBlock(parser: Parser, form: BlockForm): OptionBag {
  const bag: OptionBag = new Map();
  const open = peek(parser);
  if (!isPunctuation(open, "{")) {
    reportExpected(parser, `\`{\` of ${form.what}`);
    return bag;
  }
  const holdsSteps = form.readStep !== undefined;
  if (holdsSteps && parser.depth >= limits.nestingMax) {
    report(parser, {
      code: "nesting_limit",
      span: open,
      message: `more than ${limits.nestingMax} blocks inside each other`,
      hint: "move inner blocks into a workflow of their own and use `call workflow`",
    });
    skipGroup(parser);
    return bag;
  }
  take(parser);
  parser.depth += holdsSteps ? 1 : 0;
  readEntries(parser, form, { open, bag });
  parser.depth -= holdsSteps ? 1 : 0;
  return bag;
}

function readEntries(parser: Parser, form: BlockForm, { open, bag }: { open: Token; bag: OptionBag }): void {
  let sawStep = false;
  for (;;) {
    skipSeparators(parser);
    if (acceptPunctuation(parser, "}") !== undefined) return;
    if (atEnd(parser)) {
      reportUnclosed(parser, open, form.what);
      return;
    }
    if (startsOption(parser, form)) {
      readOption(parser, bag, { misplaced: sawStep });
    } else if (form.readStep !== undefined) {
      form.readStep();
      sawStep = true;
    } else {
      const token = peek(parser);
      skipStatement(parser);
      reportNotAnOption(parser, token, form.what);
    }
  }
}

/** `key =` everywhere; where no steps are, also `key { … }` for maps and `key value` with a forgotten `=`. */
function startsOption(parser: Parser, form: BlockForm): boolean {
  const token = peek(parser);
  if (token.kind !== "word") return false;
  if (isAssignment(parser)) return true;
  if (form.readStep !== undefined) return false;
  const next = peek(parser, 1);
  if (isPunctuation(next, "{") || isPunctuation(next, "[")) return true;
  return !next.startsLine && (next.kind === "string" || next.kind === "integer" || next.kind === "quantity");
}

function readOption(parser: Parser, bag: OptionBag, { misplaced }: { misplaced: boolean }): void {
  const key = take(parser);
  // `inputs { … }` is the reference's spelling of `inputs = { … }`.
  if (!isPunctuation(peek(parser), "{")) readAssignment(parser, key);
  const value = readValue(parser);
  if (value === undefined) return;
  if (misplaced) {
    report(parser, {
      code: "misplaced_option",
      span: key,
      message: `\`${key.text}\` stands behind a step and is easily overlooked`,
      hint: "move options in front of the first step of their block",
    });
  }
  const earlier = bag.get(key.text);
  if (earlier !== undefined) reportDuplicate(parser, key, earlier.value);
  bag.set(key.text, { key, value: mergeMaps(earlier?.value, value) });
}

/** Several maps under one key, as with several `inputs` blocks, add up; anything else is replaced. */
function mergeMaps(earlier: RawValue | undefined, value: RawValue): RawValue {
  if (earlier?.kind !== "map" || value.kind !== "map") return value;
  return { ...value, entries: new Map([...earlier.entries, ...value.entries]) };
}

function reportDuplicate(parser: Parser, key: Token, earlier: RawValue): void {
  const effect = earlier.kind === "map" ? "the maps are joined" : "the last one counts";
  report(parser, {
    code: "duplicate_option",
    span: key,
    message: `\`${key.text}\` is given twice; ${effect}`,
  });
}

function reportNotAnOption(parser: Parser, token: Token, what: string): void {
  report(parser, {
    code: token.kind === "stray" ? "unexpected_text" : "expected",
    span: token,
    message: `expected an option of ${what} (\`key = value\`) or \`}\`, found ${describe(token)}`,
    hint: parser.nodeReaders.has(token.text)
      ? `${what} holds no steps; is a \`}\` missing before it?`
      : undefined,
  });
}

function reportUnclosed(parser: Parser, open: Span, what: string): void {
  report(parser, {
    code: "unclosed_block",
    span: open,
    message: `the \`{\` of ${what} is never closed`,
    hint: "add the missing `}`",
  });
  // Looking for the place takes a look at everything, so only the outermost block does.
  const suspect = parser.depth > 1 ? undefined : findUnclosed(parser.tokens, parser.source);
  if (suspect === undefined || suspect.start === open.start) return;
  report(parser, {
    code: "suspicious_block",
    span: suspect,
    message: "the `}` of this block stands further out than the block",
    hint: "a `}` is probably missing here",
  });
}
