// What every worker process of the bench is: the product as it comes, with the actions of its row; every other action does
// nothing.
import { createFleetWorker } from "@runfleet/worker";
import { setup } from "./serve.mjs";

/** @param {Pick<import("@runfleet/worker").WorkerConfig, "actions" | "retention">} [config] */
export function openWorker(config = {}) {
  return createFleetWorker({
    redisUrl: setup.redisUrl,
    namespace: setup.name,
    concurrency: setup.concurrency,
    ...(setup.leaseTtlMs === undefined ? {} : { leaseTtlMs: setup.leaseTtlMs }),
    config: { ...config, fallback: { name: "nothing", run: async () => ({}) } },
    workDir: setup.folder,
    log: { info: () => {}, warn: report, error: report },
  });
}

/** @param {string} message @param {unknown} [fields] */
function report(message, fields) {
  console.error("runfleet worker:", message, fields);
}

/** By the clock that all processes of one machine share, in ms. */
export function sharedNow() {
  return performance.timeOrigin + performance.now();
}
