/** Runs a command's work with a client of the fleet it talks to, and closes the client whatever happens. */
import { userInfo } from "node:os";
import { createClient, type FleetClient } from "@runfleet/client";
import type { Cli } from "./cli.js";
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

/** Who answers and cancels, as it is recorded. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return "cli";
  }
}
