/** The program behind the `runfleet` command: runs one command and answers with an exit code. */
import type { Cli, GlobalOptions } from "./cli.js";
import { createProgram, usageExitCode } from "./program.js";
import { reportError } from "./report-error.js";
import { createTerminal } from "./terminal.js";
import { typedProgram } from "./typed-command.js";

async function main(): Promise<void> {
  const { env, stdout, stderr } = process;
  const terminal = createTerminal({ stdout, stderr, env });
  let place: string | undefined;
  let command: string | undefined;
  const cli: Cli = {
    terminal,
    env,
    cwd: process.cwd(),
    globals: () => program.opts<GlobalOptions>(),
    setExitCode: (code) => {
      process.exitCode = code;
    },
    setPlace: (text) => {
      place = text;
    },
  };
  const program = createProgram(cli).hook("preAction", (_, running) => {
    command = running.name();
  });
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    const isVerbose = /^(debug|trace)\b/.test(env["RUNFLEET_LOG"] ?? "");
    const at = { place, command, program: typedProgram(env), isVerbose };
    process.exitCode = usageExitCode(error) ?? reportError(error, terminal, at);
  }
}

await main();
