import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLockRenewal, type LockRenewalOptions } from "./lock-renewal.js";

const lockDurationMs = 1_200;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function start(extend: LockRenewalOptions["extend"]) {
  const errors: Error[] = [];
  const renewal = createLockRenewal({ lockDurationMs, extend, onError: (error) => errors.push(error) });
  return { renewal, errors };
}

const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
};

test("a lock is renewed again and again, together with the others in hand, until it is released", async () => {
  const calls: string[] = [];
  const { renewal } = start(async (jobIds, tokens) => {
    calls.push(jobIds.map((id, place) => `${id}=${tokens[place]}`).join(" "));
    return [];
  });
  const one = renewal.hold({ jobId: "run1", token: "t1", ageMs: 0 });
  const two = renewal.hold({ jobId: "run2", token: "t2", ageMs: 0 });
  await pass(3 * lockDurationMs);
  expect(one.signal.aborted).toBe(false);
  expect(calls.length).toBeGreaterThanOrEqual(8);
  expect(new Set(calls)).toEqual(new Set(["run1=t1 run2=t2"]));
  two.release();
  await pass(lockDurationMs);
  expect(calls.at(-1)).toBe("run1=t1");
  renewal.stop();
});

test("a refused renewal aborts that job alone", async () => {
  const { renewal } = start(async () => ["run2"]);
  const one = renewal.hold({ jobId: "run1", token: "t1", ageMs: 0 });
  const two = renewal.hold({ jobId: "run2", token: "t2", ageMs: 0 });
  await pass(lockDurationMs / 2);
  expect(two.signal.aborted).toBe(true);
  expect(two.signal.reason).toBe("the lock of this job ran out or went to another worker");
  expect(one.signal.aborted).toBe(false);
  renewal.stop();
});

test("a handler is told at the deadline when Redis does not answer at all", async () => {
  const { renewal } = start(() => new Promise(() => {}));
  const lock = renewal.hold({ jobId: "run1", token: "t1", ageMs: 0 });
  await pass(lockDurationMs - 1);
  expect(lock.signal.aborted).toBe(false);
  await pass(1);
  expect(lock.signal.aborted).toBe(true);
  expect(lock.signal.reason).toBe("the lock of this job could not be renewed in time");
  renewal.stop();
});

test("a lock that is old when it arrives has an early deadline", async () => {
  const { renewal } = start(() => new Promise(() => {}));
  const old = renewal.hold({ jobId: "old", token: "t1", ageMs: lockDurationMs / 2 });
  const young = renewal.hold({ jobId: "young", token: "t2", ageMs: 0 });
  await pass(lockDurationMs / 2);
  expect(old.signal.aborted).toBe(true);
  expect(young.signal.aborted).toBe(false);
  renewal.stop();
});

test("a failed renewal is told of and tried again", async () => {
  let calls = 0;
  const { renewal, errors } = start(async () => {
    calls += 1;
    if (calls === 1) throw new Error("no connection");
    return [];
  });
  const lock = renewal.hold({ jobId: "run1", token: "t1", ageMs: 0 });
  await pass(2 * lockDurationMs);
  expect(lock.signal.aborted).toBe(false);
  expect(errors.map((error) => error.message)).toEqual(["no connection"]);
  renewal.stop();
});

test("a job that is handed out again takes the lock from its earlier handler", () => {
  const { renewal } = start(async () => []);
  const first = renewal.hold({ jobId: "run1", token: "t1", ageMs: 0 });
  const second = renewal.hold({ jobId: "run1", token: "t2", ageMs: 0 });
  expect([first.signal.aborted, second.signal.aborted]).toEqual([true, false]);
  first.release();
  second.release();
  renewal.stop();
});
