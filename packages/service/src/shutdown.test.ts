import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createShutdown } from "./shutdown.js";

function shutdownUnderTest(graceMs = 1_000) {
  const lines: string[] = [];
  const done: string[] = [];
  const shutdown = createShutdown({
    graceMs,
    log: (line) => lines.push(line),
    signals: ["SIGUSR2"],
    kill: () => done.push("killed"),
  });
  return { shutdown, lines, done };
}

describe("a shutdown", () => {
  test("stops what was added last first, once, and goes on after a failure", async () => {
    const { shutdown, lines, done } = shutdownUnderTest();
    shutdown.add("store", () => void done.push("store"));
    shutdown.add("queue", () => Promise.reject(new Error("queue is gone")));
    shutdown.add("worker", async () => void done.push("worker"));
    await Promise.all([shutdown.stop("test"), shutdown.stop("again")]);
    expect(done).toEqual(["worker", "store"]);
    expect(lines).toEqual(["stopping queue: queue is gone"]);
    expect(await shutdown.stopping).toBe("test");
    shutdown.release();
  });

  test("does not stop what was taken back", async () => {
    const { shutdown, done } = shutdownUnderTest();
    const takeBack = shutdown.add("store", () => void done.push("store"));
    takeBack();
    await shutdown.stop("test");
    expect(done).toEqual([]);
    shutdown.release();
  });

  test("leaves behind what does not stop within the grace period", async () => {
    const { shutdown, lines } = shutdownUnderTest(20);
    shutdown.add("worker", () => new Promise<void>(() => {}));
    await shutdown.stop("test");
    expect(lines).toEqual(["stopping worker: not finished in time, left behind"]);
    shutdown.release();
  });

  test("begins at a signal, takes an echo of it for the same one, and kills at the second", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { shutdown, done } = shutdownUnderTest();
    let finish = (): void => {};
    shutdown.add(
      "worker",
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    process.kill(process.pid, "SIGUSR2");
    expect(await shutdown.stopping).toBe("SIGUSR2");
    process.emit("SIGUSR2", "SIGUSR2");
    expect(done).toEqual([]);
    vi.advanceTimersByTime(600);
    process.kill(process.pid, "SIGUSR2");
    await expect.poll(() => done).toEqual(["killed"]);
    finish();
    await shutdown.stop("SIGUSR2");
    shutdown.release();
  });
});
