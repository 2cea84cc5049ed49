import { expect, test } from "vitest";
import { systemClock } from "./clock.js";
import { createFleetClock } from "./fleet-clock.js";

const hourMs = 3_600_000;

/** A monotonic clock in our hands, and a store whose clock is an hour ahead of this machine's. */
function machine() {
  let monoMs = 1_000;
  const storeNow = (): number => 2_000_000_000_000 + hourMs + monoMs;
  const pass = (ms: number): void => {
    monoMs += ms;
  };
  /** The question takes `wayMs`, the answer as long. */
  const ask = (wayMs: number) => async (): Promise<number> => {
    pass(wayMs);
    const answer = storeNow();
    pass(wayMs);
    return answer;
  };
  return { clock: createFleetClock({ ...systemClock, monotonic: () => monoMs }), storeNow, pass, ask };
}

test("it shows the store's time, whatever this machine takes for the time", async () => {
  const { clock, storeNow, pass, ask } = machine();
  await clock.setBy(ask(5));
  expect(clock.now()).toBe(storeNow());
  pass(1_234);
  expect(clock.now()).toBe(storeNow());
});

test("an answer that was long on its way does not spoil what is known", async () => {
  const { clock, storeNow, pass, ask } = machine();
  await clock.setBy(ask(5));
  await clock.setBy(async () => {
    const answer = storeNow();
    pass(20_000);
    return answer;
  });
  expect(clock.now()).toBe(storeNow());
});

test("a slow first answer is better than this machine's own time", async () => {
  const { clock, storeNow, ask } = machine();
  await clock.setBy(ask(2_000));
  expect(clock.now()).toBe(storeNow());
});

test("a store that does not answer is the caller's affair, and the clock goes on", async () => {
  const { clock, storeNow, ask } = machine();
  await clock.setBy(ask(5));
  await expect(clock.setBy(() => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(clock.now()).toBe(storeNow());
});
