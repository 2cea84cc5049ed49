/** What the command line makes of a typed line: which command it ends up in. Executes nothing. */
import { commandsOf } from "../../apps/cli/src/examples.js";
import { createProgram } from "../../apps/cli/src/program.js";
import { fakeTerminal } from "./fake-terminal.js";

/** As a shell takes a line apart, without what it redirects. */
function wordsOf(line: string): string[] {
  const [typed = ""] = line.split(" > ");
  return [...typed.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
}

/** The words of the command that a line (without the program's name) ends up in. Rejects as the command line does. */
export async function parsedAs(line: string): Promise<string> {
  return (await parsedWords(wordsOf(line))).reached;
}

/** The same of words that were taken apart, with the options that the command gets. */
export async function parsedWords(
  typed: readonly string[],
): Promise<{ readonly reached: string; readonly options: Readonly<Record<string, unknown>> }> {
  const parsing = createProgram(fakeTerminal().cli);
  let reached = "nothing";
  let options: Readonly<Record<string, unknown>> = {};
  for (const [command, words] of commandsOf(parsing)) {
    command.configureOutput({ writeErr: () => undefined }).exitOverride();
    if (command.commands.length === 0) {
      command.action(() => {
        reached = words;
        options = command.opts();
      });
    }
  }
  await parsing.parseAsync(["node", "runfleet", ...typed]);
  return { reached, options };
}
