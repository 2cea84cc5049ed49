/** One line of a run's log for people. Pure. */
import type { LogLineDocument } from "@runfleet/client";
import type { Colours } from "../terminal.js";

type Kind = LogLineDocument["kind"];
type Colour = "red" | "yellow" | "cyan" | "dim";

/** How a line is marked and coloured; what a program printed to its standard output stands as it is. */
const marks: Readonly<Record<Kind, { readonly word: string; readonly colour?: Colour }>> = {
  stdout: { word: "" },
  stderr: { word: "stderr", colour: "yellow" },
  debug: { word: "debug", colour: "dim" },
  info: { word: "info", colour: "cyan" },
  warn: { word: "warn", colour: "yellow" },
  error: { word: "error", colour: "red" },
  left_out: { word: "…", colour: "dim" },
};
const wordWidth = 6;

/** `12:03:04.123 build#2 stderr two tests failed`; without the step where all lines are of one. */
export function logLine(
  { at, name, attempt, kind, text }: LogLineDocument,
  { colours, isOfOneStep }: { readonly colours: Colours; readonly isOfOneStep: boolean },
): string {
  const { word, colour } = marks[kind];
  const mark = word.padEnd(wordWidth);
  const whose = isOfOneStep ? `#${attempt}` : `${name}#${attempt}`;
  const coloured = colour === undefined ? mark : colours[colour](mark);
  return `${colours.dim(at.slice(11, 23))} ${colours.dim(whose)} ${coloured} ${text}`;
}
