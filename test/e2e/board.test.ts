/** Bull Board as people use it, in a real browser: every pool, a run's job with all that is said of it, the retry button. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type BoardFleet, openBoardFleet } from "../support/board-fleet.js";
import { browserProgram, openBrowser, openPage } from "../support/browser.js";

const workflows = [
  'workflow family { script first { run = "echo one" } call workflow kid }',
  // Its directory is there once per attempt: the first one fails, the run's next one does not.
  'workflow kid { script risky { run = "test -e ../../mended || { touch ../../mended; false; }" } }',
];

let board: BoardFleet;
let browser: Browser;
beforeAll(async () => {
  board = await openBoardFleet(inject("redisUrl"), { workflows });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await board?.close();
});

test.skipIf(browserProgram === undefined)("a failed run is looked at and retried on the board", async () => {
  const run = await board.fleet.start("family", { label: "nightly" });
  expect((await run.result({ timeoutMs: 20_000 })).status).toBe("failed");
  const { page, complaints } = await openPage(browser);

  await page.goto(`${board.url}/fleet`);
  await page.getByRole("link", { name: "Queues" }).click();
  await page.getByRole("link", { name: "default" }).first().click();
  await page.getByText("family: nightly").first().click();
  await page.goto(`${board.url}/queues/queue/default/${run.id}`);
  await page.getByText("costUsd").waitFor();
  await page.getByText("Job flow").waitFor();
  await page.locator(".react-flow__node", { hasText: "kid" }).waitFor();
  await page.getByRole("tab", { name: "Logs" }).click();
  await page.getByText("first completed").waitFor();

  // Its buttons have pictures for names; the first one retries.
  await page.getByRole("main").getByRole("list").first().getByRole("button").first().click();
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect.poll(async () => (await run.get()).status, { timeout: 30_000 }).toBe("completed");
  const { steps } = await run.get();
  expect(steps.map(({ name, attempt, status }) => `${name}#${attempt} ${status}`)).toEqual([
    "first#1 completed",
    "kid#1 failed",
    "kid#2 completed",
  ]);

  const opened = page.waitForEvent("popup");
  await page.getByRole("link", { name: "Run page" }).click();
  await (await opened).locator("h1 .badge", { hasText: "completed" }).waitFor();
  expect(complaints).toEqual([]);
  expect(board.faults).toEqual([]);
});
