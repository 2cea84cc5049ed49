/** `runfleet fleet`: workers that are there, and what waits in each pool. */
import type { FleetDocument } from "@runfleet/client";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { renderTable } from "../render/table.js";
import { timeSpan } from "../render/words.js";
import { withFleet } from "../with-fleet.js";

export function addFleet(program: Command, cli: Cli): void {
  program
    .command("fleet")
    .description("show workers, slots, backlog, and what is kept of ended runs")
    .action(() => showFleet(cli));
}

async function showFleet(cli: Cli): Promise<void> {
  const { terminal } = cli;
  const fleet = await withFleet(cli, (client) => client.fleet());
  if (cli.globals().json === true) {
    terminal.printJson(fleet);
    return;
  }
  if (fleet.workers.length === 0) terminal.note("no worker is there; runs wait until one comes");
  else
    terminal.print(
      renderTable(["WORKER", "HOST", "PID", "POOLS", "BUSY", "SEEN"], workerRows(fleet), terminal.out),
    );
  const pools = fleet.pools.map(({ name, ready, active, waiting }) => [
    name,
    String(ready),
    String(active),
    String(waiting),
  ]);
  terminal.print(renderTable(["POOL", "READY", "ACTIVE", "WAITING"], pools, terminal.out));
  if (fleet.kept.length > 0)
    terminal.print(renderTable(["WORKFLOW", "ENDED RUNS KEPT", "KILOBYTES"], keptRows(fleet), terminal.out));
}

function keptRows({ kept }: FleetDocument): string[][] {
  return kept.map(({ workflow, runs, bytes }) => [workflow, String(runs), String(Math.ceil(bytes / 1_000))]);
}

function workerRows({ workers }: FleetDocument): string[][] {
  const now = Date.now();
  return workers.map(({ id, host, pid, pools, busy, slots, lastSeen }) => [
    id,
    host,
    String(pid),
    pools.join(","),
    `${busy}/${slots}`,
    `${timeSpan(now - Date.parse(lastSeen))} ago`,
  ]);
}
