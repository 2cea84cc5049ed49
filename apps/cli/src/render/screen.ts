/**
 * A text at the end of the terminal that is drawn again and again in its place. Knows cursor movements, nothing about
 * what it draws.
 */
import type { Terminal } from "../terminal.js";
import { shownText } from "./shown-text.js";

export interface Screen {
  /** Replaces what was drawn before; a text higher than the terminal loses its middle. */
  draw(text: string): void;
  /** Draws the whole text and leaves it. */
  finish(text: string): void;
  /** Gives the terminal back. */
  release(): void;
}

const sequence = "\u001b[";
const clearBelow = `${sequence}0J`;
const wrapOff = `${sequence}?7l`;
const wrapOn = `${sequence}?7h`;
/** Lines kept of the beginning of a text that is too high. */
const headLines = 3;

export function createScreen(terminal: Terminal): Screen {
  let height = 0;
  const home = (): string => (height > 0 ? `${sequence}${height}A\r${clearBelow}` : "");
  // A wrapped line would be higher than counted.
  terminal.write(wrapOff);
  const onInterrupt = (): void => {
    terminal.write(wrapOn);
    process.exit(130);
  };
  process.once("SIGINT", onInterrupt);
  return {
    draw: (text) => {
      const lines = fit(shownText(text, terminal.out).split("\n"), terminal.rows() - 1);
      terminal.write(`${home()}${lines.join("\n")}\n`);
      height = lines.length;
    },
    finish: (text) => {
      terminal.write(`${home()}${wrapOn}${shownText(text, terminal.out)}\n`);
      height = 0;
    },
    release: () => {
      process.off("SIGINT", onInterrupt);
      terminal.write(wrapOn);
    },
  };
}

function fit(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length <= rows || rows <= headLines + 1) return lines;
  const tail = rows - headLines - 1;
  const left = lines.length - headLines - tail;
  return [...lines.slice(0, headLines), `  … ${left} lines more`, ...lines.slice(-tail)];
}
