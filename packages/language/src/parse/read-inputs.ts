/** `inputs { name required other boolean third default = "v" }`: the inputs a workflow declares. */
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

/** Words that are no modifiers but are meant as such. */
const wouldBeModifiers = [...inputModifiers, "string", "text", "optional", "number"];

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
  const near = suggest(token.text, wouldBeModifiers);
  if (near === undefined) return;
  const isModifier = inputModifiers.has(near);
  report(parser, {
    code: "suspicious_input",
    span: token,
    message: `\`${token.text}\` declares another input, it says nothing about \`${previous.text}\``,
    hint: isModifier ? `did you mean \`${near}\`?` : 'inputs are texts; optional ones have `default = "…"`',
  });
}

interface Modifiers {
  type: "string" | "boolean";
  required: boolean;
  default: string | undefined;
  description: string | undefined;
}

function readDeclaration(parser: Parser, name: Token): InputDeclaration {
  const modifiers: Modifiers = {
    type: "string",
    required: false,
    default: undefined,
    description: undefined,
  };
  while (readModifier(parser, modifiers));
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
