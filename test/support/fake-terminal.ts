/** A terminal that remembers what was written to it, and a command line on it. Its screen is a stream of some size. */
import { PassThrough } from "node:stream";
import type { Cli, GlobalOptions } from "../../apps/cli/src/cli.js";
import { createTerminal } from "../../apps/cli/src/terminal.js";

export interface FakeTerminal {
  readonly cli: Cli;
  readonly stream: NodeJS.WriteStream;
  /** Everything printed, and everything drawn on the screen with its escape codes. */
  printed(): string;
  notes(): readonly string[];
  drawn(): string;
  exitCode(): number;
}

export function fakeTerminal(
  options: {
    readonly isInteractive?: boolean;
    readonly columns?: number;
    readonly rows?: number;
    readonly globals?: GlobalOptions;
    readonly cwd?: string;
  } = {},
): FakeTerminal {
  const { isInteractive = false, columns = 100, rows = 24, globals = {}, cwd = "/" } = options;
  const pipe = new PassThrough().setEncoding("utf8");
  const stream = Object.assign(pipe, { columns, rows, isTTY: true }) as unknown as NodeJS.WriteStream;
  const printed: string[] = [];
  const notes: string[] = [];
  let drawn = "";
  let code = 0;
  pipe.on("data", (text: string) => {
    drawn += text;
  });
  const terminal = {
    ...createTerminal({ stdout: stream, stderr: stream, env: { NO_COLOR: "1" } }),
    print: (text: string) => void printed.push(`${text}\n`),
    printJson: (document: unknown) => void printed.push(`${JSON.stringify(document)}\n`),
    note: (text: string) => void notes.push(text),
    isInteractive,
  };
  return {
    cli: {
      ...{ terminal, env: {}, cwd, globals: () => globals, setPlace: () => undefined },
      setExitCode: (value) => {
        code = value;
      },
    },
    stream,
    printed: () => printed.join(""),
    notes: () => notes,
    drawn: () => drawn,
    exitCode: () => code,
  };
}
