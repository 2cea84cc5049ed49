// Every command has a help with examples, and every example is what the command line understands.
import { describe, expect, test } from "vitest";
import { fakeTerminal } from "../../../test/support/fake-terminal.js";
import { parsedAs } from "../../../test/support/parsed-command.js";
import { commandsOf, examplesOf } from "./examples.js";
import { createProgram } from "./program.js";

const program = createProgram(fakeTerminal().cli);
const commands = commandsOf(program).map(([command, words]) => ({ command, words }));

describe.each(commands)("$words", ({ command, words }) => {
  test("has a description and examples in its help", () => {
    expect(command.description()).not.toBe("");
    expect(examplesOf(words)).not.toEqual([]);
    let help = "";
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    for (const [line] of examplesOf(words)) expect(help).toContain(`runfleet ${line}`);
  });

  test.each(examplesOf(words).map(([line]) => [line]))("%s", async (line) => {
    const reached = await parsedAs(line);
    expect(reached.split(" ")[0]).toBe(words.split(" ")[0]);
    if (command.commands.length === 0) expect(reached).toBe(words);
  });
});

test("a line with an option that is not there is no example", async () => {
  await expect(parsedAs("list --limt 3")).rejects.toThrow("unknown option");
  await expect(parsedAs("list --limit many")).rejects.toThrow("--limit must be a whole number");
});
