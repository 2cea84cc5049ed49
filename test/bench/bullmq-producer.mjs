// The BullMQ side's producer process: adds the first job of each run and, for latencies, hears of the last one.
import { setTimeout as pause } from "node:timers/promises";
import { Queue, QueueEvents } from "bullmq";
import { Redis } from "ioredis";
import { inFlight } from "./in-flight.mjs";
import { serve, setup } from "./serve.mjs";

/** Lets the worker become idle again between two timed runs. */
const restMs = 5;

const connection = new Redis(setup.redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue(setup.name, { connection });
const events = new QueueEvents(setup.name, { connection: connection.duplicate() });
await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);

/** Job id → who waits for its end. @type {Map<string, () => void>} */
const waiting = new Map();
events.on("completed", ({ jobId }) => waiting.get(jobId)?.());

let runs = 0;
/** Adds the first of `count` jobs that follow each other. @param {number} count */
const addSequence = async (count) => {
  runs += 1;
  const run = `run${runs}`;
  const data = { run, left: count - 1 };
  await queue.add("sequence", data, { jobId: `${run}-${count - 1}` });
  return run;
};

/** Workload → starts one run. @type {Readonly<Record<string, () => Promise<unknown>>>} */
const starts = {
  w1: () => queue.add("step", {}),
  w2: () => addSequence(10),
  w3: () => queue.add("parent", { children: 100 }),
  w4: () => addSequence(3),
  w7: () => queue.add("parent", { children: 50 }),
};

serve({
  produce: ({ workload = "", runs: count = 0 }) => inFlight(count, async () => starts[workload]?.()),
  async time({ runs: count = 0 }) {
    /** @type {number[]} */
    const times = [];
    for (let index = 0; index < count; index += 1) {
      const startedAt = performance.now();
      const last = `run${runs + 1}-0`;
      const ended = new Promise((resolve) => {
        waiting.set(last, () => resolve(undefined));
      });
      await addSequence(3);
      await ended;
      times.push(performance.now() - startedAt);
      waiting.delete(last);
      await pause(restMs);
    }
    return times;
  },
  async stop() {
    await events.close();
    await queue.close();
    connection.disconnect();
  },
});
