/** `inputs { name required other boolean third default = "v" fourth optional fifth secret }`: the inputs a workflow declares. */
import type { InputDeclaration } from "@runfleet/model";
import { makeInput } from "../definition/make-nodes.js";
import { inputModifiers } from "../definition/names.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Token } from "../syntax/token.js";
import type { Parser } from "./parser.js";
import {
  acceptPunctuation,
  atEnd,
  describe,
  isPunctuation,
  isWord,
  peek,
  rejectUnsafeKey,
  report,
  reportExpected,
  skipSeparators,
  skipStatement,
  take,
} from "./parser.js";
import { readAssignment } from "./read-assignment.js";
import { readScalar } from "./read-value.js";

/** Types of other languages. */
const foreignTypes: ReadonlySet<string> = new Set(["string", "text", "str", "number", "integer", "int"]);

/** Adds the declarations of one block to `inputs`; a repeated name replaces the earlier declaration. */
export function readInputs(parser: Parser, inputs: InputDeclaration[]): void {
  const open = acceptPunctuation(parser, "{");
  if (open === undefined) {
    reportExpected(parser, "`{` of `inputs`");
    return;
  }
  let previous: Token | undefined;
  for (;;) {
    const separated = skipSeparators(parser);
    if (acceptPunctuation(parser, "}") !== undefined) return;
    if (atEnd(parser)) {
      report(parser, {
        code: "unclosed_block",
        span: open,
        message: "the `{` of `inputs` is never closed",
        hint: "add the missing `}`",
      });
      return;
    }
    const name = readInputName(parser, separated ? undefined : previous);
    if (name !== undefined) addInput(parser, inputs, readDeclaration(parser, name), name);
    previous = name;
  }
}

function readInputName(parser: Parser, previous: Token | undefined): Token | undefined {
  const token = peek(parser);
  if (token.kind !== "word" && !(token.kind === "string" && token.text !== "")) {
    skipStatement(parser);
    report(parser, {
      code: "expected",
      span: token,
      message: `expected the name of an input, found ${describe(token)}`,
      hint: 'for example `branch required` or `branch default = "main"`',
    });
    return undefined;
  }
  take(parser);
  if (previous !== undefined && !token.startsLine && token.kind === "word")
    warnMistakenModifier(parser, token, previous);
  return rejectUnsafeKey(parser, token) ? undefined : token;
}

/** `x requird` declares a second input; nobody means that. */
function warnMistakenModifier(parser: Parser, token: Token, previous: Token): void {
  const near = suggest(token.text, inputModifiers);
  if (near === undefined && !foreignTypes.has(token.text)) return;
  report(parser, {
    code: "suspicious_input",
    span: token,
    message: `\`${token.text}\` declares another input, it says nothing about \`${previous.text}\``,
    hint:
      near === undefined
        ? 'inputs are texts; ones that may be left out are `optional` or have a `default = "…"`'
        : `did you mean \`${near}\`?`,
  });
}

interface Modifiers {
  type: "string" | "boolean";
  required: boolean;
  optional: boolean;
  secret: boolean;
  default: string | undefined;
  description: string | undefined;
}

function readDeclaration(parser: Parser, name: Token): InputDeclaration {
  const modifiers: Modifiers = {
    type: "string",
    required: false,
    optional: false,
    secret: false,
    default: undefined,
    description: undefined,
  };
  while (readModifier(parser, modifiers));
  rejectContradiction(parser, name, modifiers);
  warnAboutDefault(parser, name, modifiers);
  return makeInput(name.text, modifiers);
}

function readModifier(parser: Parser, modifiers: Modifiers): boolean {
  const token = peek(parser);
  if (isWord(token, "required")) {
    take(parser);
    modifiers.required = true;
    return true;
  }
  if (isWord(token, "boolean")) {
    take(parser);
    modifiers.type = "boolean";
    return true;
  }
  // The reference knows no such words: on a line of its own each is an input's name there and here.
  if (
    (token.text === "optional" || token.text === "secret") &&
    isWord(token, token.text) &&
    !token.startsLine
  ) {
    take(parser);
    modifiers[token.text] = true;
    // `secret = true` is how other options are written; `secret = false` says nothing.
    if (token.text === "secret" && isPunctuation(peek(parser), "=")) readFlag(parser, token, modifiers);
    return true;
  }
  const key =
    token.kind === "word" && (token.text === "default" || token.text === "description")
      ? token.text
      : undefined;
  if (key === undefined || !isPunctuation(peek(parser, 1), "=")) return false;
  take(parser);
  readAssignment(parser, token);
  modifiers[key] = readScalar(parser)?.text ?? modifiers[key];
  return true;
}

function readFlag(parser: Parser, token: Token, modifiers: Modifiers): void {
  readAssignment(parser, token);
  const value = readScalar(parser)?.text;
  modifiers.secret = value === "true";
  if (value === "true" || value === "false") return;
  report(parser, {
    code: "unusual_value",
    span: token,
    message: "`secret` is neither `true` nor `false` and counts as false",
  });
}

function rejectContradiction(parser: Parser, name: Token, { required, optional }: Modifiers): void {
  if (!required || !optional) return;
  report(parser, {
    code: "conflicting_options",
    span: name,
    message: `\`${name.text}\` cannot be both required and optional`,
  });
}

function warnAboutDefault(parser: Parser, name: Token, { type, required, default: value }: Modifiers): void {
  if (value === undefined) return;
  if (type === "string" && required) {
    report(parser, {
      code: "option_without_effect",
      span: name,
      message: `\`${name.text}\` is required, so its default is never used`,
      hint: "leave `required` or the default out",
    });
  }
  if (type === "boolean" && value !== "true" && value !== "false") {
    report(parser, {
      code: "unusual_value",
      span: name,
      message: `the default of the boolean \`${name.text}\` is neither \`true\` nor \`false\` and counts as false`,
    });
  }
}

function addInput(parser: Parser, inputs: InputDeclaration[], input: InputDeclaration, name: Token): void {
  parser.places.set(`input:${input.name}`, name);
  const earlier = inputs.findIndex((other) => other.name === input.name);
  if (earlier < 0) {
    inputs.push(input);
    return;
  }
  inputs[earlier] = input;
  report(parser, {
    code: "duplicate_option",
    span: name,
    message: `the input \`${input.name}\` is declared twice; the last declaration counts`,
  });
}
