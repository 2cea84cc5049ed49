/** The program behind the `runfleet` command: runs one command and answers with an exit code. */
import type { Cli, GlobalOptions } from "./cli.js";
import { createProgram, usageExitCode } from "./program.js";
import { reportError } from "./report-error.js";
import { createTerminal } from "./terminal.js";

async function main(): Promise<void> {
  const { env, stdout, stderr } = process;
  const terminal = createTerminal({ stdout, stderr, env });
  let place: string | undefined;
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
  const program = createProgram(cli);
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    const isVerbose = env["RUNFLEET_LOG_LEVEL"] === "debug";
    process.exitCode = usageExitCode(error) ?? reportError(error, terminal, { place, isVerbose });
  }
}

await main();
