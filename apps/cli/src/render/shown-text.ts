/**
 * Text as a terminal may show it: control characters become visible signs, so that no text of a run can move the cursor,
 * rename the window or hide a line. Lines, tabs and the program's own colours stay. Pure.
 */
import type { Colours } from "../terminal.js";

/** Control characters but tab and line feed; a colour is taken as one piece. Hidden text (8) is none. */
const controls =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /(?<colour>\u001b\[(?!8m)\d{1,3}m)|\r\n|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

export function shownText(text: string, { isColorSupported }: Pick<Colours, "isColorSupported">): string {
  return text.replace(controls, (found: string, colour: string | undefined) => {
    if (colour !== undefined && isColorSupported) return colour;
    if (found === "\r\n") return "\n";
    return signOf(found.charCodeAt(0)) + found.slice(1);
  });
}

/** Unicode has a picture for each of the old ones. */
function signOf(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}
