/** Runs a command's work with a client of the fleet it talks to, and closes the client whatever happens. */
import { userInfo } from "node:os";
import { createClient, type FleetClient } from "@runfleet/client";
import { startTelemetry } from "@runfleet/service";
import { headersInEnvironment, withinTrace } from "@runfleet/tracing";
import type { Cli } from "./cli.js";
import { exitSoon } from "./exit-soon.js";
import { findFleet } from "./find-fleet.js";

export async function withFleet<T>(cli: Cli, work: (fleet: FleetClient) => Promise<T>): Promise<T> {
  const { redisUrl, namespace, place } = await findFleet(cli.globals(), cli);
  cli.setPlace(place);
  const fleet = createClient({ redis: redisUrl, namespace, actor: userName(), log: cli.terminal.note });
  try {
    return await work(fleet);
  } finally {
    await fleet.close();
  }
}

/** The same for what starts runs, recorded as a part of the trace in which this process was started (`TRACEPARENT`). */
export async function withTracedFleet<T>(cli: Cli, work: (fleet: FleetClient) => Promise<T>): Promise<T> {
  const telemetry = await startTelemetry({ serviceName: "runfleet-cli", log: cli.terminal.note });
  try {
    return await withinTrace(headersInEnvironment(cli.env), () => withFleet(cli, work));
  } finally {
    await telemetry.stop();
    if (telemetry.signals.size > 0) exitSoon();
  }
}

/** Who answers and cancels, as it is recorded. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return "cli";
  }
}
