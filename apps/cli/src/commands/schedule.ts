/** `runfleet schedule`: rules by which runs are started; adding, listing, pausing and firing them by hand. */
import type { FleetClient, ScheduleDocument, ScheduleOptions } from "@runfleet/client";
import { catchUpModes, limits, overlapPolicies, RunfleetError } from "@runfleet/model";
import { type Command, Option } from "commander";
import type { Cli } from "../cli.js";
import { collect, duration, readInputs, wholeNumber } from "../parse-options.js";
import { renderFirings, renderSchedules } from "../render/schedules.js";
import { withFleet, withTracedFleet } from "../with-fleet.js";

interface AddOptions {
  readonly workflow: string;
  readonly cron?: string;
  readonly every?: number;
  readonly tz?: string;
  readonly input?: readonly string[];
  readonly inputsFile?: string;
  readonly overlap?: ScheduleDocument["overlap"];
  readonly catchUp?: number;
  readonly catchUpMode?: ScheduleDocument["catchUp"];
  readonly startAt?: string;
  readonly endAt?: string;
  readonly label?: string;
  readonly priority?: number;
  readonly pool?: string;
}

export function addSchedule(program: Command, cli: Cli): void {
  const schedule = program
    .command("schedule")
    .description("start runs by the clock: cron expressions and intervals");
  declareAdd(schedule, cli);
  schedule
    .command("list")
    .description("list schedules by name, with the next due time, the last run and what went wrong")
    .option("--limit <n>", "rows of a page", wholeNumber("--limit", { min: 1, max: limits.pageRowsMax }), 50)
    .option("--cursor <cursor>", "the next page, as the page before says")
    .action((options: { readonly limit: number; readonly cursor?: string }) => list(cli, options));
  schedule
    .command("show <name>")
    .description("show a schedule and what became of its newest due times")
    .action((name: string) => show(cli, name));
  schedule
    .command("remove <name>")
    .description("remove a schedule; its runs stay")
    .action((name: string) => change(cli, { name, done: "removed" }));
  schedule
    .command("pause <name>")
    .description("start nothing until it is resumed")
    .action((name: string) => change(cli, { name, done: "paused" }));
  schedule
    .command("resume <name>")
    .description("go on with the next due time")
    .action((name: string) => change(cli, { name, done: "resumed" }));
  schedule
    .command("run <name>")
    .description("start a run of it now; the due times stay")
    .action((name: string) => fire(cli, name));
}

function declareAdd(schedule: Command, cli: Cli): void {
  schedule
    .command("add <name>")
    .description("add a schedule, or replace the one of this name; the same again changes nothing")
    .requiredOption("--workflow <workflow>", "the published workflow to start")
    .option("--cron <expression>", 'five fields, or six with seconds in front, for example "0 3 * * MON-FRI"')
    .option("--every <duration>", "instead of --cron: an interval, for example 10m", duration("--every"))
    .option("--tz <zone>", "time zone of the cron expression, for example Europe/Berlin; default: UTC")
    .option("-i, --input <name=value>", "an input; may be given several times", collect)
    .option("--inputs-file <file>", "inputs as a JSON object; --input wins over it")
    .addOption(
      new Option("--overlap <policy>", "while its last run has not ended; default: skip").choices([
        ...overlapPolicies,
      ]),
    )
    .option(
      "--catch-up <duration>",
      "make up due times that nobody was there for when they are not older; default: 1m",
      duration("--catch-up"),
    )
    .addOption(new Option("--catch-up-mode <mode>", "which of them; default: all").choices([...catchUpModes]))
    .option(
      "--start-at <time>",
      "no due time before it, for example 2026-03-01T08:00:00Z; intervals count from it",
    )
    .option("--end-at <time>", "no due time after it")
    .option("--label <text>", "what people recognise its runs by")
    .option(
      "--priority <n>",
      "1 is first; without one a run goes before all that have one",
      wholeNumber("--priority", { min: 0, max: 2_097_151 }),
    )
    .option("--pool <name>", "worker pool that takes its runs")
    .action((name: string, options: AddOptions) => add(cli, name, options));
}

async function add(cli: Cli, name: string, options: AddOptions): Promise<void> {
  const { terminal } = cli;
  const scheduled = await readAddOptions(cli, options);
  const result = await withFleet(cli, (fleet) => fleet.schedule(name, scheduled));
  if (cli.globals().json === true) {
    terminal.printJson(result);
    return;
  }
  const { change: changed, schedule } = result;
  const due = schedule.paused === null ? `next due ${schedule.nextDue ?? "never"}` : "it is paused";
  terminal.print(`${changed} ${name}, ${due}`);
}

async function readAddOptions(cli: Cli, options: AddOptions): Promise<ScheduleOptions> {
  const { workflow, cron, every, tz, overlap, catchUp, catchUpMode, startAt, endAt, label, priority, pool } =
    options;
  if ((cron === undefined) === (every === undefined)) {
    throw new RunfleetError("invalid_usage", "a schedule needs either --cron or --every");
  }
  const inputs = await readInputs({ pairs: options.input ?? [], file: options.inputsFile, cwd: cli.cwd });
  return {
    ...{ workflow, inputs },
    ...(cron === undefined ? {} : { cron }),
    ...(every === undefined ? {} : { everyMs: every }),
    ...(tz === undefined ? {} : { timezone: tz }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(catchUp === undefined ? {} : { catchUpMs: catchUp }),
    ...(catchUpMode === undefined ? {} : { catchUp: catchUpMode }),
    ...(startAt === undefined ? {} : { startAt }),
    ...(endAt === undefined ? {} : { endAt }),
    ...(label === undefined ? {} : { label }),
    ...(priority === undefined ? {} : { priority }),
    ...(pool === undefined ? {} : { pool }),
  };
}

async function list(
  cli: Cli,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<void> {
  const { terminal } = cli;
  const page = await withFleet(cli, (fleet) =>
    fleet.schedules({ limit, ...(cursor === undefined ? {} : { cursor }) }),
  );
  if (cli.globals().json === true) {
    terminal.printJson(page);
    return;
  }
  if (page.schedules.length === 0) {
    terminal.note("no schedules");
    return;
  }
  terminal.print(renderSchedules(page.schedules, terminal.out, Date.now()));
  for (const { name, error } of page.schedules) {
    if (error !== null) terminal.note(`${name}: ${error.code}: ${error.message}`);
  }
  if (page.cursor !== null) terminal.note(`more: --cursor ${page.cursor}`);
}

async function show(cli: Cli, name: string): Promise<void> {
  const { terminal } = cli;
  const shown = await withFleet(cli, async (fleet) => ({
    schedule: await fleet.getSchedule(name),
    firings: await fleet.scheduleFirings(name),
  }));
  if (cli.globals().json === true) {
    terminal.printJson({ ...shown.schedule, firings: shown.firings });
    return;
  }
  const now = Date.now();
  terminal.print(renderSchedules([shown.schedule], terminal.out, now));
  const { error } = shown.schedule;
  if (error !== null) terminal.note(`${error.code}: ${error.message}`);
  if (shown.firings.length > 0) terminal.print(`\n${renderFirings(shown.firings, terminal.out, now)}`);
}

/** By the word that says what was done. */
const changes = {
  removed: (fleet, name) => fleet.unschedule(name),
  paused: (fleet, name) => fleet.pauseSchedule(name),
  resumed: (fleet, name) => fleet.resumeSchedule(name),
} satisfies Record<string, (fleet: FleetClient, name: string) => Promise<void>>;

async function change(
  cli: Cli,
  { name, done }: { readonly name: string; readonly done: keyof typeof changes },
): Promise<void> {
  await withFleet(cli, (fleet) => changes[done](fleet, name));
  if (cli.globals().json === true) cli.terminal.printJson({ name, [done]: true });
  else cli.terminal.print(`${done} ${name}`);
}

async function fire(cli: Cli, name: string): Promise<void> {
  const { id, status } = await withTracedFleet(cli, (fleet) => fleet.fireSchedule(name));
  if (cli.globals().json === true) cli.terminal.printJson({ id, status });
  else cli.terminal.print(`started ${id}`);
}
