/** What every command gets: where it runs, where it writes, the options that hold everywhere. No behaviour. */
import type { Terminal } from "./terminal.js";

/** Options of every command. */
export interface GlobalOptions {
  readonly redis?: string;
  readonly namespace?: string;
  readonly json?: boolean;
}

export interface Cli {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Options given before or after the command's name. */
  readonly globals: () => GlobalOptions;
  /** Code the process ends with when the command resolves; 0 unless set. */
  readonly setExitCode: (code: number) => void;
  /** Remembers which fleet was talked to, so that an error can say where. */
  readonly setPlace: (place: string) => void;
}
