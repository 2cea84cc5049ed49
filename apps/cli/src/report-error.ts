/** Says an error to a person: code, what, where, what to do. Answers the exit code. */
import { type ErrorCode, errorCodes, isRunfleetError } from "@runfleet/model";
import { inOptionWords } from "./option-words.js";
import type { Terminal } from "./terminal.js";

const remedies: Partial<Record<ErrorCode, string>> = {
  invalid_definition: "correct the workflow; `runfleet validate FILE` checks it without starting anything",
  invalid_input: "give every required input: --input name=value, or --inputs-file FILE",
  too_large: "keep large data elsewhere and hand over a reference to it",
  workflow_not_found:
    "publish it first (`runfleet publish FILE`), or start the file itself (`runfleet start FILE.wf`)",
  run_not_found:
    "`runfleet list` shows the runs of this fleet; another fleet is chosen with --redis and --namespace",
  gate_not_found: "`runfleet gates` shows what can be answered now",
  gate_answered: "the first answer counts; `runfleet show RUN` shows how the run went on",
  idempotency_conflict: "use another --idempotency-key, or the same workflow and inputs",
  redis_unavailable:
    "`runfleet doctor` says what is wrong with a Redis that answers; else start a fleet with `runfleet dev`, or name another with --redis or REDIS_URL",
  incompatible_layout:
    "upgrade workers first, then servers, then producers; `runfleet doctor` shows what lies there",
  inbox_full: "wait until a worker has read the run's events; `runfleet fleet` shows whether one is there",
};

/** Where the same code asks for something else in one command. */
const commandRemedies: Readonly<Record<string, Partial<Record<ErrorCode, string>>>> = {
  approve: {
    invalid_input: "select what the gate offers: --select a,b; `runfleet gates` shows the options",
  },
};

/** A file that is not there is nothing that could be published. */
function remedyOf(error: unknown, code: ErrorCode, command = ""): string | undefined {
  const path = isRunfleetError(error) && code === "workflow_not_found" ? error.details["path"] : undefined;
  if (path !== undefined) return `check the path; it leads to ${path}`;
  return commandRemedies[command]?.[code] ?? remedies[code];
}

export interface ErrorPlace {
  /** The fleet the command talked to, when it got that far. */
  readonly place: string | undefined;
  /** The command that failed, when it got that far: `approve`. */
  readonly command: string | undefined;
  /** What a person types to reach this program, for hints: `npx runfleet`. */
  readonly program: string;
  /** Shows where in the program an unexpected error came from. */
  readonly isVerbose: boolean;
}

export function reportError(error: unknown, terminal: Terminal, at: ErrorPlace): number {
  const { place, command, program, isVerbose } = at;
  const colours = terminal.err;
  const code: ErrorCode = isRunfleetError(error) ? error.code : "internal";
  const message = inOptionWords(error instanceof Error ? error.message : String(error));
  terminal.note(`${colours.red(`error ${code}:`)} ${message.trimEnd()}`);
  if (place !== undefined) terminal.note(`  where: ${place}`);
  const remedy = remedyOf(error, code, command);
  if (remedy !== undefined)
    terminal.note(`  what to do: ${remedy.replaceAll("`runfleet ", `\`${program} `)}`);
  if (isRunfleetError(error) && !isVerbose) return errorCodes[code].exitCode;
  if (error instanceof Error && error.stack !== undefined) terminal.note(colours.dim(error.stack));
  return errorCodes[code].exitCode;
}
