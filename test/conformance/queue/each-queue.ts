/** Runs the same tests against every implementation of the run queue, each test with a queue of its own. */
import type { QueueJob, RunQueue } from "@runfleet/model";
import { afterEach, beforeEach, describe } from "vitest";
import type { HarnessOptions, QueueHarness } from "./harness.js";
import { startMemoryHarness, startRedisHarness, testPool } from "./harness.js";

const implementations = [
  { name: "on Redis", start: startRedisHarness },
  { name: "in memory", start: startMemoryHarness },
] as const;

type Counts = Awaited<ReturnType<RunQueue["counts"]>>;

/** Everything a test needs; its queue lives for one test. */
export interface Bench {
  readonly harness: QueueHarness;
  /** Another queue with settings of its own, stopped with the first. */
  startOther(options: HarnessOptions): Promise<QueueHarness>;
  add(runId: string, more?: Partial<QueueJob>): Promise<void>;
  counts(): Promise<Counts>;
  untilCount(state: keyof Counts, count: number): Promise<void>;
}

export function describeEachQueue(topic: string, define: (bench: Bench) => void): void {
  describe.each(implementations)(`${topic}, $name`, ({ start }) => {
    const started: QueueHarness[] = [];
    const startOther = async (options: HarnessOptions): Promise<QueueHarness> => {
      const other = await start(options);
      started.push(other);
      return other;
    };
    const first = (): QueueHarness => {
      const [harness] = started;
      if (harness === undefined) throw new Error("the queue of this test was not started");
      return harness;
    };
    const counts = (): Promise<Counts> => first().queue.counts(testPool);

    beforeEach(async () => {
      await startOther({});
    });

    afterEach(async () => {
      await Promise.all(started.splice(0).map((each) => each.stop()));
    });

    define({
      get harness() {
        return first();
      },
      startOther,
      add: (runId, more = {}) => first().queue.add({ runId, workflow: "review", pool: testPool, ...more }),
      counts,
      untilCount: (state, count) =>
        first().until(`${count} jobs are ${state}`, async () => (await counts())[state] === count),
    });
  });
}
