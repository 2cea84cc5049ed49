/**
 * `{{name}}` placeholders. One pass from left to right; a value is never looked at again, so text that a step wrote
 * cannot make further placeholders expand. Names are trimmed; `{{inputs.name}}` is another spelling of `{{name}}`.
 */
import type { InputPiece } from "@runfleet/model";
import { member } from "./record.js";

/** Unknown names vanish (`strip`), stay as written (`keep`), or vanish while values are quoted for `sh` (`shell`). */
export type SubstitutionMode = "strip" | "keep" | "shell";

const open = "{{";
const close = "}}";
const inputsPrefix = "inputs.";

/** The text with its placeholders replaced. An opening without an end stays as it is, with everything after it. */
export function substitute(
  text: string,
  variables: Readonly<Record<string, string>>,
  mode: SubstitutionMode,
): string {
  let result = "";
  for (const piece of piecesOf(text)) {
    result +=
      typeof piece === "string"
        ? piece
        : rendered({ value: lookUp(piece.name, variables), written: piece.written }, mode);
  }
  return result;
}

/** The same with unknown names kept, and with the secrets among the names left open. */
export function templatePieces(
  text: string,
  variables: Readonly<Record<string, string>>,
  secrets: ReadonlySet<string>,
): InputPiece[] {
  return [...piecesOf(text)].map((piece) => {
    if (typeof piece === "string") return piece;
    const secret = secretNamed(piece.name, secrets);
    return secret === undefined ? (lookUp(piece.name, variables) ?? piece.written) : { secret };
  });
}

/** Names of the variables that the text's placeholders mean, in their order; each once. */
export function namesIn(text: string, variables: Readonly<Record<string, string>>): string[] {
  const names = [...piecesOf(text)].filter((piece) => typeof piece !== "string");
  return [...new Set(names.map(({ name }) => variableNamed(name, variables)))];
}

interface Placeholder {
  readonly name: string;
  /** With its braces. */
  readonly written: string;
}

function* piecesOf(text: string): Generator<string | Placeholder> {
  for (let position = 0; ; ) {
    const start = text.indexOf(open, position);
    const end = start < 0 ? -1 : text.indexOf(close, start + open.length);
    if (end < 0) {
      yield text.slice(position);
      return;
    }
    yield text.slice(position, start);
    const written = text.slice(start, end + close.length);
    yield { name: written.slice(open.length, -close.length).trim(), written };
    position = end + close.length;
  }
}

/** The same for every value of a map; keys stay. */
export function substituteAll(
  texts: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
  mode: SubstitutionMode,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, substitute(text, variables, mode)]),
  );
}

function lookUp(name: string, variables: Readonly<Record<string, string>>): string | undefined {
  return member(variables, variableNamed(name, variables));
}

function variableNamed(name: string, variables: Readonly<Record<string, string>>): string {
  const isPlain = !name.startsWith(inputsPrefix) || Object.hasOwn(variables, name);
  return isPlain ? name : name.slice(inputsPrefix.length);
}

/** As `lookUp` finds it: the name itself before the input of the other spelling. */
function secretNamed(name: string, secrets: ReadonlySet<string>): string | undefined {
  if (secrets.has(name)) return name;
  const other = name.startsWith(inputsPrefix) ? name.slice(inputsPrefix.length) : "";
  return secrets.has(other) ? other : undefined;
}

function rendered(found: { value: string | undefined; written: string }, mode: SubstitutionMode): string {
  if (found.value === undefined) return mode === "keep" ? found.written : "";
  return mode === "shell" ? shellQuoted(found.value) : found.value;
}

/** POSIX: everything between single quotes is literal, a single quote itself is written `'\''`. */
function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
