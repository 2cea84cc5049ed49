/**
 * `{{name}}` placeholders. One pass from left to right; a value is never looked at again, so text that a step wrote
 * cannot make further placeholders expand. Names are trimmed; `{{inputs.name}}` is another spelling of `{{name}}`.
 */
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
  let position = 0;
  for (;;) {
    const start = text.indexOf(open, position);
    const end = start < 0 ? -1 : text.indexOf(close, start + open.length);
    if (end < 0) return result + text.slice(position);
    const value = lookUp(text.slice(start + open.length, end).trim(), variables);
    const written = text.slice(start, end + close.length);
    result += text.slice(position, start) + rendered({ value, written }, mode);
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
  const value = member(variables, name);
  if (value !== undefined || !name.startsWith(inputsPrefix)) return value;
  return member(variables, name.slice(inputsPrefix.length));
}

function rendered(found: { value: string | undefined; written: string }, mode: SubstitutionMode): string {
  if (found.value === undefined) return mode === "keep" ? found.written : "";
  return mode === "shell" ? shellQuoted(found.value) : found.value;
}

/** POSIX: everything between single quotes is literal, a single quote itself is written `'\''`. */
function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
