/** `runfleet limit`: how many runs of a workflow are worked on at once, changed while they run. */
import type { LimitOptions, LimitPage, SetLimitDocument } from "@runfleet/client";
import { formatDuration, limits, parseDuration, RunfleetError } from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { wholeNumber } from "../parse-options.js";
import { renderTable } from "../render/table.js";
import { withFleet } from "../with-fleet.js";

interface SetOptions {
  readonly concurrency?: number;
  readonly perKey?: number;
  readonly rate?: { readonly limit: number; readonly perMs: number };
  readonly burst?: number;
}

interface ListOptions {
  readonly limit: number;
  readonly cursor?: string;
}

export function addLimit(program: Command, cli: Cli): void {
  const limit = program
    .command("limit")
    .description("limit how many runs are worked on at once, and how fast they start");
  const atMost = { min: 0, max: limits.concurrencyMax };
  limit
    .command("set <workflow>")
    .description("limit a workflow from now on, whatever its definition says; replaces what was set before")
    .option(
      "--concurrency <n>",
      "runs of the workflow at once; 0 lets none begin or go on",
      wholeNumber("--concurrency", atMost),
    )
    .option("--per-key <n>", "runs of each value of its key at once", wholeNumber("--per-key", atMost))
    .option("--rate <n/time>", "starts in a time, for example 100/1m", readRate)
    .option(
      "--burst <n>",
      "starts of the rate that may come at once; default: 1",
      wholeNumber("--burst", { ...atMost, min: 1 }),
    )
    .action((workflow: string, options: SetOptions) => set(cli, workflow, options));
  limit
    .command("list")
    .description("show what is set, and what is in use: runs worked on and runs that wait for their turn")
    .option("--limit <n>", "rows of a page", wholeNumber("--limit", { min: 1, max: limits.pageRowsMax }), 100)
    .option("--cursor <cursor>", "the next page, as the page before says")
    .action((options: ListOptions) => list(cli, options));
  limit
    .command("remove <workflow>")
    .description("let the workflow's definition decide again")
    .action((workflow: string) => remove(cli, workflow));
}

async function set(
  cli: Cli,
  workflow: string,
  { concurrency, perKey, rate, burst }: SetOptions,
): Promise<void> {
  if (burst !== undefined && rate === undefined) {
    throw new RunfleetError("invalid_usage", "--burst says something about --rate, which is not given");
  }
  if (concurrency === undefined && perKey === undefined && rate === undefined) {
    throw new RunfleetError("invalid_usage", "nothing to set: give --concurrency, --per-key or --rate");
  }
  const options: LimitOptions = {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(perKey === undefined ? {} : { perKey }),
    ...(rate === undefined ? {} : { rate: { ...rate, ...(burst === undefined ? {} : { burst }) } }),
  };
  await withFleet(cli, (fleet) => fleet.setLimit(workflow, options));
  if (cli.globals().json === true) cli.terminal.printJson({ workflow, ...options });
  else cli.terminal.note(`workflow ${workflow} is limited; runs that are being worked on are left alone`);
}

async function remove(cli: Cli, workflow: string): Promise<void> {
  const removed = await withFleet(cli, (fleet) => fleet.removeLimit(workflow));
  if (cli.globals().json === true) cli.terminal.printJson({ workflow, removed });
  else if (removed) cli.terminal.note(`the definition of ${workflow} decides again`);
  else cli.terminal.note(`nothing was set for ${workflow}`);
}

async function list(cli: Cli, { limit, cursor }: ListOptions): Promise<void> {
  const { terminal } = cli;
  const page = await withFleet(cli, (fleet) =>
    fleet.limits({ limit, ...(cursor === undefined ? {} : { cursor }) }),
  );
  if (cli.globals().json === true) {
    terminal.printJson(page);
    return;
  }
  if (page.set.length === 0 && page.scopes.length === 0) terminal.note("no limit is set or in use");
  if (page.set.length > 0) {
    terminal.print(
      renderTable(["SET FOR", "CONCURRENCY", "PER KEY", "RATE"], page.set.map(setCells), terminal.out),
    );
  }
  if (page.scopes.length > 0) {
    const head = ["WORKFLOW", "KEY", "LIMIT", "WORKED ON", "WAITING"];
    terminal.print(renderTable(head, page.scopes.map(scopeCells), terminal.out));
  }
  if (page.cursor !== null) terminal.note(`more: --cursor ${page.cursor}`);
}

function setCells({ workflow, concurrency, perKey, rate }: SetLimitDocument): string[] {
  const spacing = rate === null ? "" : `${rate.limit}/${formatDuration(rate.perMs)}, burst ${rate.burst}`;
  return [workflow, String(concurrency ?? ""), String(perKey ?? ""), spacing];
}

function scopeCells({ workflow, key, limit, held, waiting }: LimitPage["scopes"][number]): string[] {
  return [workflow, key ?? "", limit === null ? "none" : String(limit), String(held), String(waiting)];
}

function readRate(text: string): { readonly limit: number; readonly perMs: number } {
  const [, count, time = ""] = /^(\d+)\/(.+)$/.exec(text) ?? [];
  const perMs = parseDuration(time);
  if (count !== undefined && perMs !== undefined) return { limit: Number(count), perMs };
  const message = `--rate must be a number of starts and a time, like 100/1m, not ${JSON.stringify(text)}`;
  throw new RunfleetError("invalid_usage", message);
}
