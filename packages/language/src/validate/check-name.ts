/** Names are written without quotes and are part of keys, so both form and length are limited. */
import { limits } from "@runfleet/model";
import { isIdentifier } from "../definition/names.js";
import { textBytes } from "../definition/text-bytes.js";
import type { Find } from "./finding.js";

/** `what` is for the message, for example "the name of a script". */
export function checkName(name: string, { what, path }: { what: string; path: string }, find: Find): void {
  if (!isIdentifier(name)) {
    find({
      code: "invalid_name",
      path,
      message: `\`${name.slice(0, 60)}\` cannot be ${what}`,
      hint: "names have letters, digits, `_` and `-`, and begin with a letter or `_`",
    });
  }
  checkNameLength(name, path, find);
}

/** For names that may have any character. */
export function checkNameLength(name: string, path: string, find: Find): void {
  if (textBytes(name) <= limits.nameBytesMax) return;
  find({
    code: "limit_exceeded",
    path,
    message: `\`${name.slice(0, 40)}…\` is longer than ${limits.nameBytesMax} bytes`,
  });
}
