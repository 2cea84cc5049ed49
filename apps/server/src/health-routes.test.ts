/** Readiness of a server whose Redis stands still. What it says when Redis is gone, full or read-only: test/e2e/health.test.ts. */
import type { FleetClient } from "@runfleet/client";
import { expect, onTestFinished, test, vi } from "vitest";
import { createServer } from "./create-server.js";

async function ready(list: () => Promise<unknown>) {
  const app = await createServer({
    fleet: { list } as unknown as FleetClient,
    tokens: [],
    requestsPerMinute: 60,
    log: () => {},
    audit: () => {},
  });
  onTestFinished(() => app.close());
  await app.ready();
  return () => app.inject("/readyz");
}

test("a Redis that does not answer is told before a probe gives up", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const ask = await ready(() => new Promise(() => {}));
  const answer = ask();
  await vi.waitUntil(() => vi.getTimerCount() > 0);
  vi.advanceTimersByTime(2_000);
  const { statusCode, body } = await answer;
  expect(statusCode).toBe(503);
  expect(body).toContain("Redis has not answered within 2 s");
});

test("one that answers leaves no wait behind", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const ask = await ready(async () => ({ runs: [] }));
  expect((await ask()).body).toBe("ok\n");
  expect(vi.getTimerCount()).toBe(0);
});
