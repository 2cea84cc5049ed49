// The client process of the row `families`: starts families and times single ones from start to result.
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@runfleet/client";
import { inFlight } from "../in-flight.mjs";
import { serve, setup } from "../serve.mjs";

/** Lets the fleet become idle again between two timed families. */
const restMs = 10;

const client = createClient({ redis: setup.redisUrl, namespace: setup.name });
const levels = ["deep", "level2", "level3", "level4", "level5"];
await client.publish([
  { source: "workflow leaf { inputs { n required } call step }" },
  {
    source: `workflow wide {
      inputs { list required }
      foreach leaves {
        over = json filter = { from = "list" } workflow = leaf max_parallel = 1000 inputs = { n = "{{item.id}}" }
      }
    }`,
  },
  ...levels.map((name, index) => ({
    source: `workflow ${name} { call ${index + 1 < levels.length ? `workflow ${levels[index + 1]}` : "step"} }`,
  })),
]);

/** @param {string} workload `deep`, or `wide` and a number of children */
async function start(workload) {
  const [name = "", children] = workload.split(" ");
  const list = JSON.stringify(Array.from({ length: Number(children ?? 0) }, (_, index) => index));
  return client.start(name, { inputs: children === undefined ? {} : { list } });
}

serve({
  produce: ({ workload = "", runs = 0 }) => inFlight(runs, () => start(workload)),
  async time({ runs = 0 }) {
    /** @type {number[]} */
    const times = [];
    for (let index = 0; index < runs; index += 1) {
      const startedAt = performance.now();
      const { status } = await (await start("deep")).result();
      times.push(performance.now() - startedAt);
      if (status !== "completed") throw new Error(`a family ended as ${status}`);
      await pause(restMs);
    }
    return times;
  },
  stop: () => client.close(),
});
