// The Runfleet side's worker process: the product as it comes, with one action that does nothing.
import { createFleetWorker } from "@runfleet/worker";
import { serve, setup } from "./serve.mjs";

const worker = await createFleetWorker({
  redisUrl: setup.redisUrl,
  namespace: setup.name,
  concurrency: setup.concurrency,
  config: { fallback: { name: "nothing", run: async () => ({}) } },
  workDir: setup.folder,
  log: { info: () => {}, warn: report, error: report },
});

/** @param {string} message @param {unknown} [fields] */
function report(message, fields) {
  console.error("runfleet worker:", message, fields);
}

serve({ stop: () => worker.stop() });
