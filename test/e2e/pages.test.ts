/** What people do on the pages: real browser, real server, real workers. How the pages look: `pages-look.test.ts`. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { breachesOf } from "../support/browser.js";
import { browse as browseOn, heading, stepRow, usePagesFleet } from "../support/pages-fleet.js";

const fleet = usePagesFleet();

const browse = (name: string, procedure: (page: Page) => Promise<void>): void =>
  browseOn(fleet, name, procedure);

async function startFromPage(
  page: Page,
  workflow: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<void> {
  await page.goto(`${fleet().url}/start`);
  await page.getByLabel("Workflow").selectOption(workflow);
  for (const [name, value] of Object.entries(inputs)) await page.getByLabel(name).fill(value);
  await page.getByLabel("Label").fill(`${workflow} from the page`);
  await page.getByRole("button", { name: "Start" }).click();
  await page.waitForURL(/\/runs\/./);
}

browse("a run is started, watched, approved with feedback, and seen to complete", async (page) => {
  await startFromPage(page, "release", { version: "1.2" });
  await heading(page, "waiting").waitFor();
  const gate = page.getByLabel("Gate human_review");
  await gate.getByText("Ship it?").waitFor();
  await gate.getByLabel("Now").check();
  await gate.getByLabel("Feedback").fill("well done");
  await gate.getByRole("button", { name: "Approve" }).click();
  await heading(page, "completed").waitFor();
  const graph = page.getByLabel("Graph");
  await graph.getByRole("button", { name: /^build completed .*, script$/ }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await graph.getByText("well done").waitFor();
  await stepRow(page, "build").click();
  await page.getByText("built 1.2").first().waitFor();
  const given = page.getByLabel("Given").filter({ hasText: "version in run" });
  expect(await given.locator("dd").first().textContent()).toContain("1.2");
  await given.getByText(/^All other variables/).click();
  await given.getByText("workflow_run_id", { exact: true }).waitFor();
  await page.getByText(/^History/).click();
  await page.getByText("gate.resolved").waitFor();
});

browse("a gate is rejected from the inbox, and its run says why it failed", async (page) => {
  await startFromPage(page, "release", { version: "2" });
  await heading(page, "waiting").waitFor();
  await page.getByRole("link", { name: "waiting for an answer" }).click();
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByText("Nothing waits for an answer.").waitFor();
  await page.getByRole("link", { name: "Runs" }).click();
  await page.getByLabel("Status").selectOption("failed");
  await page.getByRole("link", { name: "release from the page" }).first().click();
  await page.getByText("gate_rejected", { exact: true }).waitFor();
});

browse("a running run is cancelled after a question", async (page) => {
  await startFromPage(page, "slow");
  await heading(page, "running").waitFor();
  await page.getByRole("link", { name: "Fleet", exact: true }).click();
  const inHand = page.getByLabel("In hand").getByRole("row").filter({ hasText: "slow from the page" });
  await inHand.getByText(/-\d+-/).waitFor();
  await inHand.getByRole("link").click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Yes, cancel" }).click();
  await heading(page, "cancelled").waitFor();
});

browse("runs that match or are selected are counted, and cancelled together", async (page) => {
  for (let left = 3; left > 0; left--) await fleet().start({ workflow: "slow", label: "slow one" });
  await page.goto(`${fleet().url}/?workflow=slow&status=running`);
  await page.getByLabel("Select slow one").nth(2).waitFor();
  await page.getByLabel("Select slow one").first().check();
  await page.getByRole("button", { name: "Cancel 1 selected" }).click();
  await page.getByRole("button", { name: "Yes, cancel 1" }).click();
  await page.getByText("1 of 1 cancelled").waitFor();
  await page.getByRole("button", { name: "Clear the selection" }).click();
  await page.getByText("Change all runs that match").click();
  await page.getByRole("button", { name: "Cancel all running runs of slow" }).click();
  await page.getByLabel("Reason").fill("not needed");
  await page.getByRole("button", { name: "Yes, cancel 2" }).click();
  await page.getByText("2 of 2 cancelled").waitFor();
});

browse("a run's history comes though the server refuses it at first", async (page) => {
  await page.route("**/events*", (route) => route.fulfill({ status: 503 }), { times: 1 });
  await startFromPage(page, "slow");
  await page.getByText(/^History/).click();
  await page.getByText("step.started").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Yes, cancel" }).click();
  await page.getByText("run.cancelled").waitFor();
});

browse("a failed run goes on after a retry", async (page) => {
  await startFromPage(page, "fragile");
  await heading(page, "failed").waitFor();
  await page.getByText("step_failed").first().waitFor();
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByRole("button", { name: "Yes, retry" }).click();
  await page.getByText("run.retried").waitFor({ state: "attached" });
});

browse("a run is started once more, and forked from a step with another input", async (page) => {
  await startFromPage(page, "hello", { whom: "Ann" });
  await heading(page, "completed").waitFor();
  await page.getByRole("button", { name: "Rerun" }).click();
  await page.getByRole("button", { name: "Yes, rerun" }).click();
  await page.getByText("Rerun of").waitFor();
  await heading(page, "completed").waitFor();
  await stepRow(page, "wave").click();
  await page.getByText("Fork from this step").click();
  await page.getByLabel("Changed inputs").fill("whom=Bob");
  await page.getByRole("button", { name: "Start the fork" }).click();
  await page.getByText("Fork of").waitFor();
  await heading(page, "completed").waitFor();
  await stepRow(page, "greet").click();
  await page.getByText("Kept from").waitFor();
  await stepRow(page, "wave").click();
  await page.getByText("bye Bob").first().waitFor();
});

browse(
  "a family is a tree: runs below open one by one, those above stand on the way to the root",
  async (page) => {
    await startFromPage(page, "clan");
    await heading(page, "completed").waitFor();
    const family = page.getByLabel("Family");
    await family.getByText("1 run: 1 completed").waitFor();
    const toggle = family.getByRole("button", { name: /^Runs below family …/ });
    await toggle.focus();
    await page.keyboard.press("Enter");
    const grandchild = family.getByRole("link", { name: /^hello …/ });
    await grandchild.waitFor();
    await family.getByText("whom=kid").waitFor();
    // A run of hello starts none, so there is nothing to open.
    expect(await family.getByRole("button").count()).toBe(1);
    expect(await breachesOf(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    const excess = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
    expect(excess).toBeLessThanOrEqual(0);
    await grandchild.click();
    await family.getByRole("link", { name: "clan from the page" }).waitFor();
    expect(await family.getByRole("link").allTextContents()).toEqual([
      "clan from the page",
      expect.stringMatching(/^family …/),
    ]);
    expect(await family.locator("[aria-current]").textContent()).toMatch(/^hello …/);
  },
);

browse(
  "runs of a foreach are rows of its timeline, and of the list of runs when they are asked for",
  async (page) => {
    const id = await fleet().start({ workflow: "crowd", label: "a crowd" });
    await page.goto(`${fleet().url}/runs/${id}`);
    await heading(page, "completed").waitFor();
    await stepRow(page, "each").click();
    const items = page.getByLabel("Timeline").getByRole("link", { name: /^hello …/ });
    await items.nth(2).waitFor();
    await page.goto(fleet().url);
    const child = page.getByText("child of a crowd");
    await page.getByRole("link", { name: "a crowd" }).waitFor();
    expect(await child.count()).toBe(0);
    await page.getByLabel("Child runs too").check();
    await child.nth(2).waitFor();
  },
);

browse("what a step in doubt had as its result is said on the page", async (page) => {
  await startFromPage(page, "charging");
  await heading(page, "waiting").waitFor();
  const gate = page.getByLabel("Gate charge");
  await gate.getByText("Did step 'charge' have its effect?").waitFor();
  expect(await gate.textContent()).not.toContain("9999");
  expect(await gate.getByRole("button").allTextContents()).toEqual([
    "Retry",
    "Done with this result",
    "Fail",
  ]);
  await gate.getByLabel("Result").fill("charged");
  await gate.getByRole("button", { name: "Done" }).click();
  await gate.getByRole("alert").getByText("the result is no JSON").waitFor();
  await gate.getByLabel("Result").fill('{ "markers": ["charged"] }');
  await gate.getByRole("button", { name: "Done" }).click();
  await heading(page, "completed").waitFor();
});

browse("what a step says is read while it runs, as text and not as a page", async (page) => {
  await startFromPage(page, "talking");
  await heading(page, "running").waitFor();
  await stepRow(page, "chatter").click();
  const log = page.getByLabel("Log of chatter");
  await log.getByText("150", { exact: true }).waitFor();
  expect(await log.textContent()).not.toContain("bold");
  await log.getByRole("button", { name: "Show all 152 lines" }).click();
  await log.getByText("<b>bold</b>").waitFor();
  await log.getByText("stderr: careful").waitFor();
  expect(await log.locator("b").count()).toBe(0);
  await fleet().project.write("said", "");
  await log.getByText("the end").waitFor();
  await heading(page, "completed").waitFor();
});

browse("a schedule is paused, resumed and run by hand", async (page) => {
  await page.goto(`${fleet().url}/schedules`);
  const row = page.getByRole("row").filter({ hasText: "nightly" });
  await row.getByText("0 3 * * *").waitFor();
  await row.getByRole("button", { name: "Pause nightly" }).click();
  await row.getByText("by local").waitFor();
  await row.getByRole("button", { name: "Resume nightly" }).click();
  await row.getByRole("button", { name: "Run now: nightly" }).click();
  await row.getByText("started").waitFor();
  await row.getByText("completed").waitFor();
  await row.getByRole("link").click();
  await page.getByText("nightly by hand").waitFor();
});

browse("a limit is set by hand, replaced and shown", async (page) => {
  await page.goto(`${fleet().url}/limits`);
  const form = page.getByLabel("Set a limit");
  await form.getByLabel("Workflow", { exact: true }).fill("slow");
  await form.getByLabel("Starts").fill("100");
  await form.getByRole("button", { name: "Set the limit" }).click();
  await form.getByRole("alert").getByText("in how many seconds").waitFor();
  await form.getByLabel("in so many seconds").fill("60");
  await form.getByRole("button", { name: "Set the limit" }).click();
  const row = page.getByRole("row").filter({ hasText: "100 in 1 min" });
  await row.getByRole("button", { name: "Change slow" }).click();
  await form.getByLabel("Runs of the workflow at once").fill("40");
  await form.getByRole("button", { name: "Set the limit" }).click();
  await row.getByRole("cell", { name: "40", exact: true }).waitFor();
});

browse("wrong inputs are answered in the server's words", async (page) => {
  await page.goto(`${fleet().url}/start`);
  await page.getByLabel("Workflow").selectOption("release");
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("alert").getByText("invalid_input").waitFor();
});

browse("a secret is typed unseen, and nobody reads it on the run's page or in a fork", async (page) => {
  await page.goto(`${fleet().url}/start`);
  await page.getByLabel("Workflow").selectOption("signing");
  const field = page.getByLabel("token (required): of the registry");
  expect(await field.getAttribute("type")).toBe("password");
  await field.fill("not-for-anybody");
  await page.getByRole("checkbox", { name: "loud" }).check();
  await page.getByRole("button", { name: "Start" }).click();
  await heading(page, "completed").waitFor();
  for (const summary of await page.locator("summary").all()) await summary.click();
  await stepRow(page, "sign").click();
  await page.getByText("signed with 15 letters, loud: true").first().waitFor();
  await page.getByText("Fork from this step").click();
  expect(await page.getByLabel("token: a secret").getAttribute("type")).toBe("password");
  expect(await page.content()).not.toContain("not-for-anybody");
});

browse("runs are found by id, by how their label begins, and changed together", async (page) => {
  const id = await fleet().start({ workflow: "slow", label: "batch 7 of 9" });
  await fleet().start({ workflow: "slow", label: "batch 7 of 8" });
  await fleet().start({ workflow: "slow", label: "bat" });
  await page.goto(fleet().url);
  const search = page.getByRole("searchbox");
  await search.fill("batch 7");
  await search.press("Enter");
  await page.getByText("Cancel all runs whose label begins with batch 7").waitFor({ state: "attached" });
  await page.getByRole("link", { name: "batch 7 of 9" }).waitFor();
  expect(await page.getByRole("link", { name: /^bat/ }).allTextContents()).toEqual([
    "batch 7 of 9",
    "batch 7 of 8",
  ]);
  await page.getByText("Change all runs that match").click();
  await page.getByRole("button", { name: "Cancel all runs whose" }).click();
  await page.getByRole("button", { name: "Yes, cancel 2" }).click();
  await page.getByText("2 of 2 cancelled").waitFor();
  await page.getByRole("button", { name: "All labels" }).click();
  await page.getByRole("link", { name: "bat", exact: true }).waitFor();
  await search.fill(id);
  await search.press("Enter");
  await heading(page, "cancelled").waitFor();
});

browse("what one workflow cost is shown alone", async (page) => {
  await startFromPage(page, "asking");
  await heading(page, "completed").waitFor();
  await page.getByRole("link", { name: "Cost" }).click();
  await page.getByRole("cell", { name: "hello" }).first().waitFor();
  await page.getByLabel("Workflow").selectOption("asking");
  await page.getByRole("cell", { name: "hello" }).first().waitFor({ state: "detached" });
  await page.getByRole("link", { name: "asking" }).waitFor();
  expect(await page.getByLabel("Totals").textContent()).toContain("0.42");
});
