// Keeps a day and at most a thousand runs of each workflow in Redis, and the history of all runs in files for ever.
import { defineConfig, jsonLinesArchive } from "@runfleet/worker";

const dayMs = 86_400_000;

export default defineConfig({
  workflows: ".",
  sinks: [jsonLinesArchive({ directory: "archive" })],
  retention: { default: { ageMs: dayMs, count: 1_000 } },
});
