/**
 * Says once what should happen every night. Every process of a deployment may call it: the same schedule again changes
 * nothing, and one due time starts one run, however many workers there are.
 */
import type { FleetClient } from "@runfleet/client";

export async function addSchedule(fleet: FleetClient): Promise<string> {
  const change = await fleet.schedule("nightly-report", {
    workflow: "nightly-report",
    cron: "30 2 * * *",
    timezone: "Europe/Berlin",
    inputs: { region: "eu" },
    overlap: "skip",
    catchUpMs: 6 * 3_600_000,
  });
  return change.change;
}
