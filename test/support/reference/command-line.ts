/** The page of the command line, written from the help of the commands themselves. */
import { examplesOf } from "../../../apps/cli/src/examples.js";
import { createProgram } from "../../../apps/cli/src/program.js";
import { fakeTerminal } from "../fake-terminal.js";
import { code, page, table } from "./markdown.js";

type Command = ReturnType<typeof createProgram>;
type Help = ReturnType<Command["createHelp"]>;

const heading = `# The command line

This page is written from the help of the commands, and a test compares the two. How it is used: [guides/terminal.md](../guides/terminal.md). Exit codes
and what they mean: [errors](../errors/README.md).`;

export function describeCommandLine(): string {
  const program = createProgram(fakeTerminal().cli);
  const help = program.createHelp();
  const groups = groupsOf(help, program);
  return page(
    heading,
    ...table(
      ["command", "does"],
      groups.flatMap(([, commands]) =>
        commands.map((command) => [
          `[${command.name()}](#runfleet-${command.name()})`,
          help.subcommandDescription(command),
        ]),
      ),
    ),
    "## Options of every command",
    ...optionTable(help, program),
    ...groups.flatMap(([title, commands]) => [
      `## ${title}`,
      ...commands.flatMap((command) => describeCommand(help, command, [program.name()])),
    ]),
  );
}

/** Commands by the heading that the help has them under, without the one that prints the help. */
function groupsOf(help: Help, program: Command): readonly (readonly [string, readonly Command[]])[] {
  const groups = new Map<string, Command[]>();
  for (const command of visibleCommands(help, program)) {
    const title = command.helpGroup().replace(/:$/, "");
    groups.set(title, [...(groups.get(title) ?? []), command]);
  }
  return [...groups];
}

function visibleCommands(help: Help, command: Command): readonly Command[] {
  return help.visibleCommands(command).filter((visible) => visible.name() !== "help");
}

/** A command with those below it; one that only has others is told by them. */
function describeCommand(help: Help, command: Command, before: readonly string[]): readonly string[] {
  const words = [...before, command.name()];
  const below = visibleCommands(help, command);
  return [
    `### ${words.join(" ")}`,
    sentence(help.commandDescription(command)),
    fence("text", [help.commandUsage(command)]),
    ...table(
      ["argument", "meaning"],
      help
        .visibleArguments(command)
        .map((argument) => [code(help.argumentTerm(argument)), help.argumentDescription(argument)]),
    ),
    ...optionTable(help, command),
    ...examplesBlock(words),
    ...below.flatMap((inner) => describeCommand(help, inner, words)),
  ];
}

function optionTable(help: Help, command: Command): readonly string[] {
  const options = help.visibleOptions(command).filter((option) => option.long !== "--help");
  return table(
    ["option", "meaning"],
    options.map((option) => [code(help.optionTerm(option)), help.optionDescription(option)]),
  );
}

function examplesBlock([program, ...words]: readonly string[]): readonly string[] {
  const lines = examplesOf(words.join(" ")).map(([line, says]) => `${program} ${line}   # ${says}`);
  return lines.length === 0 ? [] : [fence("sh", lines)];
}

function fence(language: string, lines: readonly string[]): string {
  return [`\`\`\`${language}`, ...lines, "```"].join("\n");
}

/** The help says what a command does in the imperative, without a capital or a full stop. */
function sentence(text: string): string {
  const ended = /[.?!]$/.test(text) ? text : `${text}.`;
  return `${ended.charAt(0).toUpperCase()}${ended.slice(1)}`;
}
