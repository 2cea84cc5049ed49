// The Runfleet side's producer process: starts published workflows by name and awaits results through the client.
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@runfleet/client";
import { inFlight } from "./in-flight.mjs";
import { inputsOf, sources, workflowOf } from "./runfleet-workflows.mjs";
import { serve, setup } from "./serve.mjs";

/** Lets the fleet become idle again between two timed runs. */
const restMs = 5;

const client = createClient({ redis: setup.redisUrl, namespace: setup.name });
await client.publish(sources.map((source) => ({ source })));

/** @param {string} workload */
const start = (workload) =>
  client.start(workflowOf[workload] ?? workload, { inputs: inputsOf[workload] ?? {} });

/** Runs one after the other in each lane, until told to rest. */
let load = { isOver: true, ended: Promise.resolve() };

/** @param {string} workload */
function beginLoad(workload) {
  const begun = { isOver: false, ended: Promise.resolve() };
  begun.ended = inFlight(Number.POSITIVE_INFINITY, async () => {
    if (begun.isOver) return false;
    await (await start(workload)).result();
    return true;
  });
  load = begun;
}

serve({
  load: async ({ workload = "" }) => beginLoad(workload),
  async rest() {
    load.isOver = true;
    await load.ended;
  },
  produce: ({ workload = "", runs = 0 }) => inFlight(runs, () => start(workload)),
  async time({ workload = "", runs = 0 }) {
    /** @type {number[]} */
    const times = [];
    for (let index = 0; index < runs; index += 1) {
      const startedAt = performance.now();
      const run = await start(workload);
      const { status } = await run.result();
      times.push(performance.now() - startedAt);
      if (status !== "completed") throw new Error(`run ${run.id} ended as ${status}`);
      await pause(restMs);
    }
    return times;
  },
  stop: () => client.close(),
});
