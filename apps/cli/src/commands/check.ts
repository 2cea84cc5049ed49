/** `runfleet check`: would a deployment break runs that are open? Compares and changes nothing. */
import { resolve } from "node:path";
import type { Command } from "commander";
import type { CheckedFile } from "../check/check-files.js";
import { findBroken, findRefusedSchedules, type LiveFinding } from "../check/live-findings.js";
import { readLive } from "../check/read-live.js";
import type { Cli } from "../cli.js";
import { withFleet } from "../with-fleet.js";
import { readWorkflowPaths } from "../workflow-files.js";

interface Options {
  readonly against?: string;
  readonly config?: string;
  readonly failed?: boolean;
}

export function addCheck(program: Command, cli: Cli): void {
  program
    .command("check [path...]")
    .description(
      "would these workflows and this configuration break runs that are open? exit code 1, and which runs and why",
    )
    .option("--against <url>", "the fleet's Redis; the same as --redis")
    .option(
      "--config <file>",
      "the configuration to be deployed; default: the runfleet.config nearest to each file",
    )
    .option("--failed", "failed runs count too, since somebody may retry them")
    .action((paths: readonly string[], options: Options) => check(cli, paths, options));
}

async function check(cli: Cli, paths: readonly string[], options: Options): Promise<void> {
  const { terminal, env, cwd } = cli;
  // Loaded here, since they bring the worker along, which other commands do not need.
  const { checkFiles } = await import("../check/check-files.js");
  const { createKnownNames } = await import("../check/known-names.js");
  const { findDeployedNames } = await import("../check/deployed-names.js");
  const config = options.config === undefined ? undefined : resolve(cwd, options.config);
  const files = paths.length === 0 ? [] : await readWorkflowPaths(paths, cwd);
  const place = { env, cwd };
  const checked = await checkFiles(files, place, config === undefined ? {} : { config });
  if (refuseInvalid(cli, checked)) return;
  const given = new Map(
    checked.flatMap(({ definition }) => (definition ? [[definition.name, definition]] : [])),
  );
  const deployed = await findDeployedNames(checked, createKnownNames(config, place), cwd);
  const live = await withFleet(against(cli, options), (fleet) =>
    readLive(fleet, {
      withFailed: options.failed === true,
      progress: (runs) => terminal.note(`${runs} runs read`),
    }),
  );
  const findings = findBroken(live.versions, (workflow) => ({
    ...deployed.namesOf(workflow),
    registeredFor: deployed.namesOf,
    workflows: (name) => given.get(name),
    isUnreadable: (name) => live.published.has(name),
  }));
  const schedules = findRefusedSchedules(live.schedules, (name) => given.get(name));
  const isCompatible = schedules.length === 0 && findings.every(({ severity }) => severity !== "error");
  if (!isCompatible) cli.setExitCode(1);
  if (cli.globals().json === true) {
    const { runs, versions } = live;
    terminal.printJson({ compatible: isCompatible, runs, versions: versions.length, findings, schedules });
    return;
  }
  for (const finding of findings) show(finding, cli);
  for (const { schedule, message, hint } of schedules) {
    terminal.print(`${terminal.out.red("✗")} schedule ${schedule}: ${message}\n  ${terminal.out.dim(hint)}`);
  }
  const what = [
    counted(live.runs, "open run"),
    counted(live.versions.length, "version"),
    counted(live.schedules.length, "schedule"),
  ].join(", ");
  terminal.print(`${isCompatible ? terminal.out.green("✓ nothing breaks") : "broken"}: ${what}`);
  if (!deployed.areKnown) terminal.note("no configuration was found: names of actions are not checked");
}

/** What cannot be published cannot be deployed; `validate` shows it with its places. */
function refuseInvalid(cli: Cli, checked: readonly CheckedFile[]): boolean {
  const broken = checked.filter(({ diagnostics }) =>
    diagnostics.some(({ severity }) => severity === "error"),
  );
  if (broken.length === 0) return false;
  cli.setExitCode(2);
  const names = broken.map(({ file }) => file.file);
  if (cli.globals().json === true) cli.terminal.printJson({ compatible: false, invalid: names });
  else cli.terminal.print(`these files have errors; see runfleet validate ${names.join(" ")}`);
  return true;
}

function against(cli: Cli, { against: redis }: Options): Cli {
  return redis === undefined ? cli : { ...cli, globals: () => ({ ...cli.globals(), redis }) };
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

function show({ severity, workflow, hash, message, hint, runs }: LiveFinding, { terminal }: Cli): void {
  const { red, yellow, dim } = terminal.out;
  const more = runs.count > runs.ids.length ? ` and ${runs.count - runs.ids.length} more` : "";
  const count = counted(runs.count, "run");
  const lines = [
    `${severity === "error" ? red("✗") : yellow("!")} ${workflow} ${dim(hash.slice(0, 12))}  ${count}: ${message}`,
    `  ${dim(hint ?? "")}`,
    `  ${dim(`${runs.ids.join(" ")}${more}`)}`,
  ];
  terminal.print(lines.join("\n"));
}
