// The Runfleet side's worker process: the product as it comes, with an action that does
// nothing and one that says when it was called.
import { createFleetWorker } from "@runfleet/worker";
import { lookAtProcess, serve, setup } from "./serve.mjs";

const worker = await createFleetWorker({
  redisUrl: setup.redisUrl,
  namespace: setup.name,
  concurrency: setup.concurrency,
  config: {
    actions: [{ name: "arrived", run: async () => ({ context: String(calledAt()) }) }],
    fallback: { name: "nothing", run: async () => ({}) },
  },
  workDir: setup.folder,
  log: { info: () => {}, warn: report, error: report },
});

/** @param {string} message @param {unknown} [fields] */
function report(message, fields) {
  console.error("runfleet worker:", message, fields);
}

function calledAt() {
  return performance.timeOrigin + performance.now();
}

serve({
  look: lookAtProcess,
  stop: () => worker.stop(),
});
