/** One pool on the board: Bull Board's adapter for BullMQ, whose jobs tell of their runs. */
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import type { PoolQueue } from "@runfleet/queue";
import type { RunReader } from "./run-reader.js";

export type PoolAdapter = BullMQAdapter;

export function createPoolAdapter(
  queue: PoolQueue,
  {
    runs,
    readOnlyMode,
    prefix,
  }: { readonly runs: RunReader; readonly readOnlyMode: boolean; readonly prefix: string },
): PoolAdapter {
  const adapter = new BullMQAdapter(queue, {
    ...{ readOnlyMode, prefix },
    externalJobUrl: ({ id }) => ({
      displayText: "Run page",
      href: `/runs/${encodeURIComponent(String(id))}`,
    }),
  });
  adapter.setFormatter("name", ({ name, data }) => (data?.label ? `${name}: ${data.label}` : name));

  const tellProgress = async (job: ToldJob, how: "glance" | "whole"): Promise<void> => {
    const progress = await runs.progress(job.id ?? "", how);
    if (progress !== undefined) job.progress = { ...progress };
  };

  const getJob = adapter.getJob.bind(adapter);
  const getJobs = adapter.getJobs.bind(adapter);
  return Object.assign(adapter, {
    getJob: async (id: string) => {
      const job = await getJob(id);
      if (job !== undefined) await tellProgress(job, "whole");
      return job;
    },
    getJobs: async (...range: Parameters<PoolAdapter["getJobs"]>) => {
      const jobs = await getJobs(...range);
      await Promise.all(jobs.map((job) => tellProgress(job, "glance")));
      return jobs;
    },
    getJobLogs: async (id: string) => [...(await runs.lines(id))],
  });
}

interface ToldJob {
  readonly id?: string | undefined;
  progress: unknown;
}
