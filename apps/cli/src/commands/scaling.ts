/** `runfleet scaling`: how many workers a pool should have and why, and the policy that says so, changed while workers work. */
import type { ScalingDocument } from "@runfleet/client";
import {
  busyWorkerRules,
  formatDuration,
  parseDuration,
  RunfleetError,
  type ScalingPolicy,
  type ScalingPolicyInput,
  scalingPolicySchema,
} from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { wholeNumber } from "../parse-options.js";
import { renderTable } from "../render/table.js";
import { withFleet } from "../with-fleet.js";

/** As the options are called, which is as the policy's members are. */
interface SetOptions {
  readonly target?: number;
  readonly min?: number;
  readonly max?: number;
  readonly startup?: number;
  readonly shrinkAfter?: number;
  readonly zeroAfter?: number;
  readonly busyWorkers?: string;
  readonly slots?: number;
}

const defaultPool = "default";
/** The policy's own ranges are narrower; it says so itself. */
const anyNumber = { min: 0, max: 1_000_000 };

export function addScaling(program: Command, cli: Cli): void {
  const scaling = program
    .command("scaling")
    .description("how many workers pools should have, and the policy that decides it");
  scaling
    .command("show [pool]")
    .description("show what is wanted of a pool, what that follows from, and its policy")
    .action((pool: string | undefined) => show(cli, pool ?? defaultPool));
  scaling
    .command("set <pool>")
    .description(
      "set the policy of a pool from now on; replaces what was set before, what is absent has its default",
    )
    .option("--target <time>", "how long a ready run may wait for a slot", timeOf("--target"))
    .option("--min <n>", "workers at least", wholeNumber("--min", anyNumber))
    .option("--max <n>", "workers at most", wholeNumber("--max", anyNumber))
    .option("--startup <time>", "from asking for a worker until it takes a run", timeOf("--startup"))
    .option("--shrink-after <time>", "fewer when fewer were enough for this long", timeOf("--shrink-after"))
    .option(
      "--zero-after <time>",
      "the last worker goes this long after the last work",
      timeOf("--zero-after"),
    )
    .option("--busy-workers <rule>", `what becomes of busy workers: ${busyWorkerRules.join(", ")}`)
    .option("--slots <n>", "of a worker, as long as none has been seen", wholeNumber("--slots", anyNumber))
    .action((pool: string, options: SetOptions) => set(cli, pool, options));
  scaling
    .command("remove <pool>")
    .description("let the defaults decide again")
    .action((pool: string) => remove(cli, pool));
}

async function show(cli: Cli, pool: string): Promise<void> {
  const { terminal } = cli;
  const scaling = await withFleet(cli, (fleet) => fleet.scaling(pool));
  if (cli.globals().json === true) {
    terminal.printJson(scaling);
    return;
  }
  terminal.print(`${pool}: ${scaling.wanted} wanted, because ${scaling.why}`);
  terminal.print(renderTable(["SEEN", ""], seenRows(scaling), terminal.out));
  terminal.print(renderTable(["POLICY", ""], policyRows(scaling.policy), terminal.out));
}

function seenRows({ ready, dueSoon, active, workers, busyWorkers, slotMs, oldestReadyMs }: ScalingDocument) {
  return [
    ["ready", `${ready}${oldestReadyMs === null ? "" : `, the oldest for ${formatDuration(oldestReadyMs)}`}`],
    ["ready soon", String(dueSoon)],
    ["in hand", String(active)],
    ["workers", `${workers}, ${busyWorkers} of them busy`],
    ["a run holds a slot for", slotMs === null ? "nobody knows yet" : formatDuration(Math.round(slotMs))],
  ];
}

function policyRows(policy: ScalingPolicy): string[][] {
  return [
    ["target", formatDuration(policy.targetMs)],
    ["min, max", `${policy.min}, ${policy.max}`],
    ["startup", formatDuration(policy.startupMs)],
    ["shrink after", formatDuration(policy.shrinkAfterMs)],
    ["zero after", formatDuration(policy.zeroAfterMs)],
    ["busy workers", policy.busyWorkers],
    ["slots", String(policy.slots)],
  ];
}

async function set(cli: Cli, pool: string, options: SetOptions): Promise<void> {
  const policy = policyOf(options);
  if (Object.keys(policy).length === 0) {
    throw new RunfleetError("invalid_usage", "nothing to set: give at least one of the options");
  }
  await withFleet(cli, (fleet) => fleet.setScaling(pool, policy));
  if (cli.globals().json === true) {
    cli.terminal.printJson({ pool, policy });
    return;
  }
  cli.terminal.note(`the policy of pool ${pool} is set; an autoscaler hears of it when it asks next`);
  // All of it: whoever set one member before should see that it has its default again.
  cli.terminal.print(
    renderTable(["POLICY", ""], policyRows(scalingPolicySchema.parse(policy)), cli.terminal.out),
  );
}

function policyOf(options: SetOptions): ScalingPolicyInput {
  const { min, max, slots, target, startup, shrinkAfter, zeroAfter } = options;
  const busyWorkers = busyWorkerRules.find((rule) => rule === options.busyWorkers);
  if (options.busyWorkers !== undefined && busyWorkers === undefined) {
    const message = `--busy-workers must be one of ${busyWorkerRules.join(", ")}, not ${JSON.stringify(options.busyWorkers)}`;
    throw new RunfleetError("invalid_usage", message);
  }
  const given = {
    ...{ min, max, slots, busyWorkers },
    ...{ targetMs: target, startupMs: startup, shrinkAfterMs: shrinkAfter, zeroAfterMs: zeroAfter },
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

async function remove(cli: Cli, pool: string): Promise<void> {
  const removed = await withFleet(cli, (fleet) => fleet.setScaling(pool, null));
  if (cli.globals().json === true) cli.terminal.printJson({ pool, removed });
  else
    cli.terminal.note(
      removed ? `the defaults decide for pool ${pool} again` : `nothing was set for pool ${pool}`,
    );
}

function timeOf(option: string): (text: string) => number {
  return (text) => {
    const ms = parseDuration(text);
    if (ms !== undefined) return ms;
    const message = `${option} must be a time, like 30s or 5m, not ${JSON.stringify(text)}`;
    throw new RunfleetError("invalid_usage", message);
  };
}
