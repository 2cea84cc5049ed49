/** `runfleet approve` and `runfleet reject`: answers an open gate; the first answer wins. */
import type { GivenResult } from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { parseJson, words } from "../parse-options.js";
import { withFleet } from "../with-fleet.js";

interface Options {
  readonly feedback?: string;
  readonly select?: readonly string[];
  readonly result?: string;
}

interface Answer extends Options {
  readonly verdict: "approve" | "reject";
  readonly runId: string;
  readonly gate: string | undefined;
}

export function addApprove(program: Command, cli: Cli): void {
  program
    .command("approve <run> [gate]")
    .description("approve an open gate; without a name, the only one that is open")
    .option("--feedback <text>", "becomes {{gate_feedback}}")
    .option(
      "--select <values>",
      "options chosen, between commas; for a step in doubt: retry, done or fail",
      words,
    )
    .option(
      "--result <json>",
      'for a step in doubt that is done: its result, {"markers": [], "context": "", "output": {}}',
    )
    .action((runId: string, gate: string | undefined, options: Options) =>
      answer(cli, { ...options, verdict: "approve", runId, gate }),
    );
}

export function addReject(program: Command, cli: Cli): void {
  program
    .command("reject <run> [gate]")
    .description("reject an open gate (a step in doubt fails); without a name, the only one that is open")
    .option("--feedback <text>", "why")
    .action((runId: string, gate: string | undefined, options: Options) =>
      answer(cli, { ...options, verdict: "reject", runId, gate }),
    );
}

async function answer(cli: Cli, { verdict, runId, gate, feedback, select, result }: Answer): Promise<void> {
  const given = result === undefined ? undefined : (parseJson(result, "--result") as GivenResult);
  await withFleet(cli, (fleet) =>
    fleet[verdict](runId, gate, {
      ...(feedback === undefined ? {} : { feedback }),
      ...(select === undefined ? {} : { selections: select }),
      ...(given === undefined ? {} : { result: given }),
    }),
  );
  const done = verdict === "approve" ? "approved" : "rejected";
  if (cli.globals().json === true) cli.terminal.printJson({ id: runId, gate: gate ?? null, verdict: done });
  else cli.terminal.print(`${done} ${gate ?? "the gate"} of ${runId}`);
}
