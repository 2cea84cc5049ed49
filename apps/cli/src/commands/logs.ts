/** `runfleet logs`: what the actions and scripts of a run have said; with `--follow` also what they say until its end. */
import type { FleetClient, LogLineDocument } from "@runfleet/client";
import { RunfleetError } from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { logLine } from "../render/log-line.js";
import { withFleet } from "../with-fleet.js";

interface Options {
  readonly follow?: boolean;
  readonly after?: string;
}

export function addLogs(program: Command, cli: Cli): void {
  program
    .command("logs <run> [step]")
    .description(
      "print what a run's steps have said (--json: one array; with --follow one JSON object per line)",
    )
    .option("-f, --follow", "go on until the run has ended")
    .option("--after <id>", "only lines after the one with this id")
    .action((runId: string, step: string | undefined, options: Options) =>
      logs(cli, { runId, step, options }),
    );
}

async function logs(
  cli: Cli,
  { runId, step, options }: { runId: string; step: string | undefined; options: Options },
): Promise<void> {
  const { terminal } = cli;
  const isJson = cli.globals().json === true;
  const isFollowing = options.follow === true;
  const collected: LogLineDocument[] = [];
  let count = 0;
  await withFleet(cli, async (fleet) => {
    const lines = fleet.logs(runId, {
      until: isFollowing ? "run" : "log",
      ...(step === undefined ? {} : { step }),
      ...(options.after === undefined ? {} : { after: options.after }),
    });
    for await (const line of lines) {
      count += 1;
      if (!isJson) terminal.print(logLine(line, { colours: terminal.out, isOfOneStep: step !== undefined }));
      else if (isFollowing) terminal.print(JSON.stringify(line));
      else collected.push(line);
    }
    if (count === 0 && step !== undefined) await refuseUnknown(fleet, { runId, step });
  });
  if (isJson && !isFollowing) terminal.printJson(collected);
}

/** A step that says nothing is fine, one that is not there is a mistake. */
async function refuseUnknown(
  fleet: FleetClient,
  { runId, step }: { readonly runId: string; readonly step: string },
): Promise<void> {
  const { steps } = await fleet.get(runId);
  if (steps.some(({ address, name }) => address === step || name === step)) return;
  const names = [...new Set(steps.map(({ name }) => name))];
  const known = names.length === 0 ? "it has none yet" : `it has ${names.join(", ")}`;
  throw new RunfleetError("invalid_usage", `the run has no step ${JSON.stringify(step)}: ${known}`);
}
