/**
 * Where a command writes: results to standard output, everything said to people on the side to standard error.
 * Colour only for a terminal, never in a pipe, never with NO_COLOR. What steps, gates and labels say comes from anywhere,
 * so its control characters are shown and never reach the terminal.
 */
import pc from "picocolors";
import { shownText } from "./render/shown-text.js";

export type Colours = ReturnType<typeof pc.createColors>;

export interface Terminal {
  /** One line (or several) of result. */
  print(text: string): void;
  /** The one JSON document of `--json`. */
  printJson(document: unknown): void;
  /** A line for people that is no result. */
  note(text: string): void;
  /** Where a screen draws; nothing else writes to it. */
  readonly stream: NodeJS.WriteStream;
  readonly out: Colours;
  readonly err: Colours;
  /** True when standard output is a terminal that can redraw and a person looks at it: no pipe, no build machine. */
  readonly isInteractive: boolean;
  /** Characters per line; 80 when unknown (some terminals say 0). */
  readonly columns: () => number;
  readonly rows: () => number;
}

export function createTerminal(options: {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
}): Terminal {
  const { stdout, stderr, env } = options;
  // A reader that closes the pipe (`| head`) has seen enough; that is not an error.
  for (const stream of [stdout, stderr]) stream.on("error", ignoreClosedPipe);
  const isPlain = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  const out = pc.createColors(stdout.isTTY === true && !isPlain);
  const err = pc.createColors(stderr.isTTY === true && !isPlain);
  return {
    print: (text) => void stdout.write(`${shownText(text, out)}\n`),
    printJson: (document) => void stdout.write(`${JSON.stringify(document, null, 2)}\n`),
    note: (text) => void stderr.write(`${shownText(text, err)}\n`),
    stream: stdout,
    out,
    err,
    isInteractive: stdout.isTTY === true && env["TERM"] !== "dumb" && !isBuildMachine(env),
    columns: () => stdout.columns || 80,
    rows: () => stdout.rows || 24,
  };
}

/** Build machines often give their jobs a terminal, and keep every picture that is drawn on it. */
function isBuildMachine(env: NodeJS.ProcessEnv): boolean {
  return !["", "0", "false"].includes(env["CI"] ?? "");
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit();
}
