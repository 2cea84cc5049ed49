// The fleet that programs of this project talk to: the one at REDIS_URL, else the one that `npm start` runs here.
import { existsSync, readFileSync } from "node:fs";
import { createClient, type FleetClient } from "@runfleet/client";

const startedHere = new URL("./.runfleet/dev.json", import.meta.url);

export function openFleet(): FleetClient {
  if (process.env["REDIS_URL"]) return createClient();
  if (!existsSync(startedHere)) throw new Error("There is no fleet: set REDIS_URL, or run npm start first.");
  const { redisUrl, namespace } = JSON.parse(readFileSync(startedHere, "utf8"));
  return createClient({ redis: redisUrl, namespace });
}
