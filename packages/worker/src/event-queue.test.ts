import { describe, expect, it } from "vitest";
import { systemClock } from "./clock.js";
import { createEventQueue } from "./event-queue.js";

describe("event queue", () => {
  it("hands over everything that is there in one go and in order", async () => {
    const queue = createEventQueue<number>(systemClock);
    queue.push(1);
    queue.push(2);
    expect(await queue.take()).toEqual([1, 2]);
  });

  it("wakes a waiting reader at the first event", async () => {
    const queue = createEventQueue<string>(systemClock);
    const taken = queue.take();
    queue.push("came");
    expect(await taken).toEqual(["came"]);
  });

  it("answers nothing when the time is over", async () => {
    const queue = createEventQueue<string>(systemClock);
    expect(await queue.take(1)).toEqual([]);
    expect(await queue.take(0)).toEqual([]);
  });

  it("keeps what comes between two reads", async () => {
    const queue = createEventQueue<string>(systemClock);
    await queue.take(0);
    queue.push("late");
    expect(await queue.take(1)).toEqual(["late"]);
  });
});
