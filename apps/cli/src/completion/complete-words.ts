/**
 * What may stand where the cursor is, from the commands and options there are. What only the fleet knows is asked of it
 * through `lookUp`; this knows which kind of thing fits where.
 */
import type { Argument, Command, Option } from "commander";

/** A word and what it is. */
export interface Candidate {
  readonly word: string;
  readonly says: string;
}

/** What the fleet is asked for. `run` is the one named before in the line. */
export interface Wanted {
  readonly kind:
    | "run"
    | "openRun"
    | "endedRun"
    | "failedRun"
    | "gateRun"
    | "gate"
    | "step"
    | "workflow"
    | "schedule"
    | "pool";
  readonly run?: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Names of files fit too. */
  readonly files: boolean;
}

export type LookUp = (wanted: Wanted) => Promise<readonly Candidate[]>;

type Kind = Wanted["kind"] | "files" | "workflowOrFile";

/** Which runs a command is for, where not any. */
const runsOf: Readonly<Record<string, Kind>> = {
  approve: "gateRun",
  reject: "gateRun",
  retry: "failedRun",
  fork: "endedRun",
  cancel: "openRun",
  terminate: "openRun",
  signal: "openRun",
};

/** By the name of an argument or of an option's value. */
const kinds: Readonly<Record<string, Kind>> = {
  run: "run",
  gate: "gate",
  step: "step",
  workflow: "workflow",
  path: "files",
  file: "files",
  folder: "files",
};

/** By the option, where its value is called something general. */
const optionKinds: Readonly<Record<string, Kind>> = {
  "--workflow": "workflow",
  "--pool": "pool",
  "--pools": "pool",
};

/** `words`: what is typed behind the program's name; the last one, perhaps empty, is where the cursor is. */
export async function completeWords(
  program: Command,
  words: readonly string[],
  lookUp: LookUp,
): Promise<Completion> {
  const typed = joined(words);
  const current = typed.at(-1) ?? "";
  const place = placeOf(program, typed.slice(0, -1));
  const [, option = "", value] = /^(--[\w-]+)=(.*)$/s.exec(current) ?? [];
  if (value !== undefined) {
    const found = await valuesOf(optionNamed(program, place.command, option), { word: value, lookUp });
    const candidates = found.candidates.map(({ word, says }) => ({ word: `${option}=${word}`, says }));
    return { candidates, files: found.files };
  }
  if (place.option !== undefined) return valuesOf(place.option, { word: current, lookUp });
  if (current.startsWith("-")) return { candidates: optionsOf(program, place, current), files: false };
  const commands = program.createHelp().visibleCommands(place.command);
  if (commands.length > 0) {
    const all = commands.map((command) => ({ word: command.name(), says: saysOf(command) }));
    return { candidates: startingWith(all, current), files: false };
  }
  return argumentsOf(place, { word: current, lookUp });
}

interface Place {
  readonly command: Command;
  readonly positional: readonly string[];
  readonly used: ReadonlySet<string>;
  /** The option whose value comes next. */
  readonly option: Option | undefined;
}

/** Bash takes a word apart at `=`. */
function joined(words: readonly string[]): readonly string[] {
  return words.filter((word, index) => word !== "=" || !words[index - 1]?.startsWith("--"));
}

function placeOf(program: Command, words: readonly string[]): Place {
  let command = program;
  let positional: string[] = [];
  const used = new Set<string>();
  let option: Option | undefined;
  for (const word of words) {
    if (option !== undefined) {
      option = undefined;
    } else if (word.startsWith("-")) {
      const found = optionNamed(program, command, word);
      if (found !== undefined) used.add(found.name());
      option = found?.required === true && !word.includes("=") ? found : undefined;
    } else {
      const below = positional.length > 0 ? undefined : command.commands.find((each) => each.name() === word);
      if (below === undefined) positional = [...positional, word];
      command = below ?? command;
    }
  }
  return { command, positional, used, option };
}

function optionNamed(program: Command, command: Command, word: string): Option | undefined {
  const [name] = word.split("=");
  return [...command.options, ...program.options].find(({ long, short }) => long === name || short === name);
}

function optionsOf(program: Command, { command, used }: Place, current: string): readonly Candidate[] {
  const options = command === program ? program.options : [...command.options, ...program.options];
  const all = options
    .filter((option) => !option.hidden && (!used.has(option.name()) || mayRepeat(option)))
    .map(({ long, description }) => ({ word: long ?? "", says: description }));
  return startingWith([...all, { word: "--help", says: "what the command takes" }], current);
}

function mayRepeat({ description }: Option): boolean {
  return /several times|repeated/.test(description);
}

interface Asked {
  readonly word: string;
  readonly lookUp: LookUp;
}

function valuesOf(option: Option | undefined, asked: Asked): Promise<Completion> {
  if (option?.argChoices !== undefined) return Promise.resolve(choices(option.argChoices, asked));
  const name = /[<[]([\w-]+)/.exec(option?.flags ?? "")?.[1] ?? "";
  return ofKind(optionKinds[option?.long ?? ""] ?? kinds[name], asked);
}

function argumentsOf({ command, positional }: Place, asked: Asked): Promise<Completion> {
  const declared = command.registeredArguments;
  const last = declared.at(-1);
  const argument = declared[positional.length] ?? (last?.variadic === true ? last : undefined);
  if (argument?.argChoices !== undefined) return Promise.resolve(choices(argument.argChoices, asked));
  return ofKind(argument && kindOf(command, argument), asked, positional[0]);
}

function kindOf(command: Command, argument: Argument): Kind | undefined {
  const name = argument.name();
  if (name === "run") return runsOf[command.name()] ?? "run";
  if (name === "workflow" && command.name() === "start") return "workflowOrFile";
  if (name === "name" && command.parent?.name() === "schedule") return "schedule";
  return kinds[name];
}

async function ofKind(kind: Kind | undefined, { word, lookUp }: Asked, run?: string): Promise<Completion> {
  if (kind === undefined) return { candidates: [], files: false };
  if (kind === "files") return { candidates: [], files: true };
  const wanted = kind === "workflowOrFile" ? "workflow" : kind;
  const found = await lookUp({ kind: wanted, ...(run === undefined ? {} : { run }) });
  return { candidates: startingWith(found, word), files: kind === "workflowOrFile" };
}

function choices(words: readonly string[], { word }: Asked): Completion {
  const all = words.map((choice) => ({ word: choice, says: "" }));
  return { candidates: startingWith(all, word), files: false };
}

function startingWith(all: readonly Candidate[], current: string): readonly Candidate[] {
  return all.filter(({ word }) => word.startsWith(current));
}

function saysOf(command: Command): string {
  return command.summary() || command.description();
}
