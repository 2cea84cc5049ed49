/** Which texts can be names, and which words the grammar keeps for itself. Knows nothing of what exists. */

const identifier = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Words that cannot follow `call` as an action's name: an author who wrote one there forgot the name. */
const reservedActionNames: ReadonlySet<string> = new Set([
  "workflow",
  "meta",
  "inputs",
  "call",
  "if",
  "unless",
  "while",
  "do",
  "parallel",
  "gate",
  "always",
  "script",
  "foreach",
  "boolean",
]);

/** Words that may follow the name of an input. An input with such a name is written in quotes. */
export const inputModifiers: ReadonlySet<string> = new Set([
  "required",
  "optional",
  "boolean",
  "default",
  "description",
  "secret",
]);

/** True for what can be written without quotes: a letter or `_`, then letters, digits, `_` and `-`. */
export function isIdentifier(text: string): boolean {
  return identifier.test(text) && !isUnsafeKey(text);
}

/** True for names that `call` takes without quotes. */
export function isActionName(text: string): boolean {
  return isIdentifier(text) && !reservedActionNames.has(text);
}

/** True for the one text that cannot be the key of a plain object. */
export function isUnsafeKey(text: string): boolean {
  return text === "__proto__";
}
