/** `runfleet events`: the history of a run in order; with `--follow` also what happens until its end. */
import type { HistoryEvent } from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { eventDocument, eventLine } from "../render/event-line.js";
import { withFleet } from "../with-fleet.js";

interface Options {
  readonly follow?: boolean;
  readonly after?: string;
}

export function addEvents(program: Command, cli: Cli): void {
  program
    .command("events <run>")
    .description("print a run's history (--json: one array; with --follow one JSON object per line)")
    .option("-f, --follow", "go on until the run has ended")
    .option("--after <id>", "only events after the one with this id")
    .action((runId: string, options: Options) => events(cli, runId, options));
}

async function events(cli: Cli, runId: string, options: Options): Promise<void> {
  const { terminal } = cli;
  const isJson = cli.globals().json === true;
  const isFollowing = options.follow === true;
  const collected: Readonly<Record<string, unknown>>[] = [];
  const show = (event: HistoryEvent): void => {
    if (!isJson) terminal.print(eventLine(event, terminal.out));
    else if (isFollowing) terminal.print(JSON.stringify(eventDocument(event)));
    else collected.push(eventDocument(event));
  };
  await withFleet(cli, async (fleet) => {
    const history = fleet.events(runId, {
      until: isFollowing ? "run" : "history",
      ...(options.after === undefined ? {} : { after: options.after }),
    });
    for await (const event of history) show(event);
  });
  if (isJson && !isFollowing) terminal.printJson(collected);
}
