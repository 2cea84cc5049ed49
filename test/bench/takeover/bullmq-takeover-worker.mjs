// A process of BullMQ's side of w6, with BullMQ's defaults: adds jobs, and notes when a job is begun here; on the worker that will
// be killed it never ends.
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { sharedNow } from "../measured-worker.mjs";
import { serve, setup } from "../serve.mjs";

const connection = new Redis(setup.redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue(setup.name, { connection });
/** @type {number[]} */
const calls = [];

const worker = new Worker(
  setup.name,
  async () => {
    calls.push(sharedNow());
    if (setup.holds) await new Promise(() => {});
  },
  { connection, concurrency: setup.concurrency },
);
worker.on("error", (error) => console.error("bullmq worker:", error));
await worker.waitUntilReady();

serve({
  produce: async ({ runs = 0 }) =>
    void (await queue.addBulk(Array.from({ length: runs }, () => ({ name: "held", data: {} })))),
  calls: async () => calls,
  async stop() {
    await worker.close();
    await queue.close();
    connection.disconnect();
  },
});
