// The BullMQ side's worker process: one job per step. A job of a sequence adds the next one, a parent adds its children.
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { serve, setup } from "./serve.mjs";

/**
 * @typedef {{ run: string, left: number }} SequenceJob left: steps after this one
 * @typedef {{ children: number }} ParentJob
 */

const connection = new Redis(setup.redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue(setup.name, { connection });

/** What a job does by its name. @type {Readonly<Record<string, (job: { data: unknown }) => Promise<void>>>} */
const jobs = {
  async step() {},
  async sequence({ data }) {
    const { run, left } = /** @type {SequenceJob} */ (data);
    if (left > 0) await queue.add("sequence", { run, left: left - 1 }, { jobId: `${run}-${left - 1}` });
  },
  async parent({ data }) {
    const { children } = /** @type {ParentJob} */ (data);
    await queue.addBulk(Array.from({ length: children }, (_, n) => ({ name: "step", data: { n } })));
  },
};

const worker = new Worker(setup.name, async (job) => jobs[job.name]?.(job), {
  connection,
  concurrency: setup.concurrency,
});
worker.on("error", (error) => console.error("bullmq worker:", error));
await worker.waitUntilReady();

serve({
  async stop() {
    await worker.close();
    await queue.close();
    connection.disconnect();
  },
});
