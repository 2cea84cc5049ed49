/**
 * A sink of one's own: it gets the history of all runs and counts how they ended, which stands for a topic, a table or a chat.
 * Pages come at least once, so it goes by the id of each event; what it does not take comes again.
 */
import { defineConfig, type EventSink } from "@runfleet/worker";

const seen = new Set<string>();
export const told: string[] = [];

const ends: EventSink = {
  name: "ends",
  deliver(events) {
    for (const { runId, id, type } of events) {
      if (!type.startsWith("run.") || seen.has(`${runId} ${id}`)) continue;
      seen.add(`${runId} ${id}`);
      told.push(`${runId} ${type}`);
    }
  },
};

export default defineConfig({ workflows: ".", sinks: [ends] });
