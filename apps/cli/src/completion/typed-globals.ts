/** What a line that is not finished says about the fleet: the options that hold everywhere, wherever they stand in it. Pure. */
import type { GlobalOptions } from "../cli.js";

type Named = Pick<GlobalOptions, "redis" | "namespace">;

const options: Readonly<Record<string, keyof Named>> = { "--redis": "redis", "--namespace": "namespace" };

/** `words` are whole; the last one is still being typed and says nothing. */
export function typedGlobals(words: readonly string[]): Named {
  const line = words.slice(0, -1);
  const found = line.flatMap((word, index) => {
    const [, name = "", inOne] = /^(--\w+)(?:=(.*))?$/s.exec(word) ?? [];
    const member = options[name];
    // Bash has the sign between name and value as a word of its own.
    const value = inOne ?? (line[index + 1] === "=" ? line[index + 2] : line[index + 1]);
    return member === undefined || value === undefined || value === "" ? [] : [[member, value] as const];
  });
  return Object.fromEntries(found);
}

/** Bash takes a word apart at colons too, `redis : //host : 6379`; other shells do not. */
export function wholeWords(words: readonly string[]): readonly string[] {
  const whole: string[] = [];
  let isOpen = false;
  for (const word of words) {
    const isColon = /^:+$/.test(word) && whole.length > 0;
    if (isColon || isOpen) whole.push(`${whole.pop() ?? ""}${word}`);
    else whole.push(word);
    isOpen = isColon;
  }
  return whole;
}
