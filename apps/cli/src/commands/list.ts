/** `runfleet list`: runs of the fleet, newest first, one page at a time. */
import type { RunRow } from "@runfleet/client";
import { limits, type RunStatus, runStatuses } from "@runfleet/model";
import { type Command, Option } from "commander";
import type { Cli } from "../cli.js";
import { wholeNumber } from "../parse-options.js";
import { renderTable } from "../render/table.js";
import { elapsed, oneLine, shortTime, statusWord, waitingFor } from "../render/words.js";
import { withFleet } from "../with-fleet.js";

interface Options {
  readonly status?: RunStatus;
  readonly workflow?: string;
  readonly parent?: string;
  readonly roots?: boolean;
  readonly label?: string;
  readonly labelPrefix?: string;
  readonly limit: number;
  readonly cursor?: string;
}

const textMax = 48;

export function addList(program: Command, cli: Cli): void {
  program
    .command("list")
    .description("list runs, newest first")
    .addOption(new Option("--status <status>", "only runs in this status").choices([...runStatuses]))
    .option("--workflow <name>", "only runs of this workflow")
    .option("--parent <run>", "only children of this run")
    .option("--roots", "only runs that no other run has started")
    .option("--label <text>", "only root runs with exactly this label")
    .option("--label-prefix <text>", "only root runs whose label begins so, the last label first")
    .option("--limit <n>", "rows of a page", wholeNumber("--limit", { min: 1, max: limits.pageRowsMax }), 20)
    .option("--cursor <cursor>", "the next page, as the page before says")
    .action((options: Options) => list(cli, options));
}

async function list(cli: Cli, options: Options): Promise<void> {
  const { terminal } = cli;
  const page = await withFleet(cli, (fleet) => fleet.list(options));
  if (cli.globals().json === true) {
    terminal.printJson(page);
    return;
  }
  if (page.runs.length === 0) {
    terminal.note("no runs");
    return;
  }
  const now = Date.now();
  const head = ["RUN", "STATUS", "WORKFLOW", "LABEL", "CREATED", "TOOK", "WAITS FOR"];
  terminal.print(
    renderTable(
      head,
      page.runs.map((run) => cells(run, cli, now)),
      terminal.out,
    ),
  );
  if (page.cursor !== null) terminal.note(`more: --cursor ${page.cursor}`);
}

function cells(run: RunRow, { terminal }: Cli, now: number): string[] {
  const [blocked] = run.blockedOn;
  return [
    run.id,
    statusWord(run.status, terminal.out),
    run.workflow,
    oneLine(run.label ?? "", textMax),
    shortTime(Date.parse(run.createdAt), now),
    elapsed(run, now),
    blocked === undefined ? "" : oneLine(waitingFor(blocked, now), textMax),
  ];
}
