/** `runfleet completion`: the script by which a shell completes; and, hidden, `complete`, which such a script asks. */
import { Argument, type Command } from "commander";
import type { Cli } from "../cli.js";
import { askFleet } from "../completion/ask-fleet.js";
import { completeWords } from "../completion/complete-words.js";
import { shellScripts } from "../completion/shell-scripts.js";
import { typedGlobals, wholeWords } from "../completion/typed-globals.js";
import { shownText } from "../render/shown-text.js";

/** Time for the words to be written; a Redis that does not answer must not keep the shell waiting. */
const lingerMs = 50;

export function addCompletion(program: Command, cli: Cli): void {
  const shells = new Argument("<shell>", "which shell reads it").choices(Object.keys(shellScripts));
  program
    .command("completion")
    .description(
      "print a script for bash, zsh or fish that completes commands, options, and ids and names that the fleet knows",
    )
    .addArgument(shells)
    .action((shell: string) => printScript(cli, shell));
  program
    .command("complete", { hidden: true })
    .description("print the words that may stand where the last one is, one a line; what shells ask")
    .argument("[words...]", "what is typed behind the program's name")
    .action((words: readonly string[]) => complete(program, cli, words));
}

function printScript({ terminal, globals }: Cli, shell: string): void {
  const script = shellScripts[shell] ?? "";
  if (globals().json === true) terminal.printJson({ shell, script });
  else terminal.print(script.trimEnd());
}

async function complete(program: Command, cli: Cli, typed: readonly string[]): Promise<void> {
  const words = wholeWords(typed);
  const { candidates, files } = await completeWords(program, words, askFleet(withTyped(cli, words)));
  const lines = candidates.map(({ word, says }) => `${word}\t${says.replace(/\s+/g, " ").slice(0, 80)}`);
  const plain = { isColorSupported: false };
  const shown = [...lines, ...(files ? [":files"] : [])].map((line) => shownText(line, plain));
  if (shown.length > 0) cli.terminal.stream.write(`${shown.join("\n")}\n`);
  setTimeout(() => process.exit(), lingerMs).unref();
}

/** The fleet is the one that the line names, as far as it is typed. */
function withTyped(cli: Cli, words: readonly string[]): Cli {
  const typed = typedGlobals(words);
  return { ...cli, globals: () => ({ ...cli.globals(), ...typed }) };
}
