/** `runfleet fleet`: workers that are there, what waits in each pool, and how many workers that needs. */
import type { FleetDocument } from "@runfleet/client";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { renderTable } from "../render/table.js";
import { timeSpan } from "../render/words.js";
import { withFleet } from "../with-fleet.js";

export function addFleet(program: Command, cli: Cli): void {
  program
    .command("fleet")
    .description(
      "show workers, slots, backlog, how many workers are wanted and why, who leads what, and what is kept of ended runs",
    )
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
  terminal.print(
    renderTable(["POOL", "READY", "ACTIVE", "WAITING", "OLDEST", "WANTED"], poolRows(fleet), terminal.out),
  );
  for (const { name, ready, wanted, why } of fleet.pools) {
    terminal.print(terminal.out.dim(`${name}: ${wanted} wanted, because ${why}`));
    if (ready > 0 && !fleet.workers.some(({ pools }) => pools.includes(name)))
      terminal.print(`${name}: no worker serves it, and ${ready} wait for one`);
  }
  if (fleet.leads.length > 0)
    terminal.print(renderTable(["LEADS", "WORKER", "BEHIND"], leadRows(fleet), terminal.out));
  if (fleet.kept.length > 0)
    terminal.print(renderTable(["WORKFLOW", "ENDED RUNS KEPT", "KILOBYTES"], keptRows(fleet), terminal.out));
}

function leadRows({ leads }: FleetDocument): string[][] {
  const now = Date.now();
  return leads.map(({ what, name, worker, behindSince }) => [
    `${what} ${name}`,
    worker ?? "nobody",
    behindSince === null ? "" : timeSpan(now - Date.parse(behindSince)),
  ]);
}

function keptRows({ kept }: FleetDocument): string[][] {
  return kept.map(({ workflow, runs, bytes }) => [workflow, String(runs), String(Math.ceil(bytes / 1_000))]);
}

function poolRows({ pools }: FleetDocument): string[][] {
  return pools.map(({ name, ready, active, waiting, oldestReadyMs, wanted }) => [
    name,
    String(ready),
    String(active),
    String(waiting),
    oldestReadyMs === null ? "" : timeSpan(oldestReadyMs),
    String(wanted),
  ]);
}

function workerRows({ workers }: FleetDocument): string[][] {
  const now = Date.now();
  return workers.map(({ id, host, pid, pools, busy, slots, leaving, lastSeen }) => [
    id,
    host,
    String(pid),
    pools.join(","),
    `${busy}/${slots}${leaving ? " leaving" : ""}`,
    `${timeSpan(now - Date.parse(lastSeen))} ago`,
  ]);
}
