/** `runfleet usage`: what workflows used, day by day. */
import type { UsageOptions } from "@runfleet/client";
import { dayMs, dayNumber, dayText, limits, RunfleetError } from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { wholeNumber } from "../parse-options.js";
import { usageLines } from "../render/usage-lines.js";
import { withFleet } from "../with-fleet.js";

interface Options {
  readonly workflow?: string;
  readonly days?: number;
  readonly from?: string;
  readonly to?: string;
  readonly top?: number;
}

export function addUsage(program: Command, cli: Cli): void {
  program
    .command("usage")
    .description(
      "show what workflows used, day by day: cost, tokens, time of work, and how many runs ended how",
    )
    .option("--workflow <name>", "only this workflow")
    .option(
      "--days <n>",
      "so many days up to today or --to; default: 30",
      wholeNumber("--days", { min: 1, max: limits.usageDaysKept }),
    )
    .option("--from <day>", "first day in UTC, like 2026-11-30")
    .option("--to <day>", "last day in UTC; default: today")
    .option(
      "--top <n>",
      "workflows with rows of their own, the most expensive ones; default: 20",
      wholeNumber("--top", { min: 1, max: limits.usageTopMax }),
    )
    .action((options: Options) => showUsage(cli, options));
}

async function showUsage(cli: Cli, options: Options): Promise<void> {
  const { terminal } = cli;
  const asked = toUsageOptions(options);
  if (cli.globals().json === true) {
    terminal.printJson(await withFleet(cli, (fleet) => fleet.usage(asked)));
    return;
  }
  const [workflows, days] = await withFleet(cli, (fleet) =>
    Promise.all([fleet.usage({ ...asked, by: "workflow" }), fleet.usage({ ...asked, by: "day" })]),
  );
  if (workflows.rows.length === 0) {
    terminal.note(`nothing was used and no run ended from ${workflows.from} to ${workflows.to}`);
    return;
  }
  for (const table of usageLines({ workflows, days }, terminal.out)) terminal.print(table);
}

function toUsageOptions({ days, ...given }: Options): UsageOptions {
  if (days === undefined) return given;
  if (given.from !== undefined)
    throw new RunfleetError("invalid_usage", "--days and --from say the same; give one");
  const last = given.to === undefined ? Math.floor(Date.now() / dayMs) : dayNumber(given.to);
  // A day that is none is refused with the others.
  return last === undefined ? given : { ...given, from: dayText(last - days + 1) };
}
