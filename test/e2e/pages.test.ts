/** The pages as people use them: real browser, real server, real workers. */
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { breachesOf, browserProgram, openBrowser, openPage } from "../support/browser.js";
import { type CliProject, type DevProcess, openProject } from "../support/built-cli.js";
import { config, sources, tokens } from "../support/pages-project.js";

/** With RUNFLEET_PICTURES=1 the pictures of the documentation are taken anew. */
const pictures = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));

let project: CliProject;
let dev: DevProcess;
let url: string;
let browser: Browser;

beforeAll(async () => {
  project = await openProject();
  await project.write("runfleet.config.mjs", config);
  const files = Object.entries(sources).map(([name, text]) => [`${name}.wf`, text] as const);
  for (const [file, text] of files) await project.write(file, text);
  dev = await project.dev(["--port", "0", "--workers", "1"]);
  url = (await project.state()).serverUrl;
  await project.json(["publish", ...files.map(([file]) => file)]);
  const nightly = "schedule add nightly --workflow hello --input whom=Ann --cron".split(" ");
  await project.json([...nightly, "0 3 * * *"]);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await dev?.end("SIGTERM");
  await project?.remove();
});

/** A test with a page of its own that has complained of nothing at its end. */
function browse(name: string, procedure: (page: Page) => Promise<void>): void {
  test.skipIf(browserProgram === undefined)(name, async () => {
    const { page, complaints } = await openPage(browser);
    await procedure(page);
    expect(complaints).toEqual([]);
    await page.close();
  });
}

async function startFromPage(page: Page, workflow: string, inputs = ""): Promise<void> {
  await page.goto(`${url}/start`);
  await page.getByLabel("Workflow").selectOption(workflow);
  await page.getByLabel("Inputs").fill(inputs);
  await page.getByLabel("Label").fill(`${workflow} from the page`);
  await page.getByRole("button", { name: "Start" }).click();
  await page.waitForURL(/\/runs\/./);
}

const stepRow = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const heading = (page: Page, status: string) => page.locator("h1 .badge", { hasText: status });

browse("a run is started, watched, approved with feedback, and seen to complete", async (page) => {
  await startFromPage(page, "release", "version=1.2");
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
  await page.getByText(/^History/).click();
  await page.getByText("gate.resolved").waitFor();
});

browse("a gate is rejected from the inbox, and its run says why it failed", async (page) => {
  await startFromPage(page, "release", "version=2");
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
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Yes, cancel" }).click();
  await heading(page, "cancelled").waitFor();
});

browse("runs that match or are selected are counted, and cancelled together", async (page) => {
  const start = { data: { workflow: "slow", label: "slow one" } };
  for (let left = 3; left > 0; left--) await page.request.post(`${url}/api/v1/runs`, start);
  await page.goto(`${url}/?workflow=slow&status=running`);
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

browse("a failed run goes on after a retry", async (page) => {
  await startFromPage(page, "fragile");
  await heading(page, "failed").waitFor();
  await page.getByText("step_failed").first().waitFor();
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByRole("button", { name: "Yes, retry" }).click();
  await page.getByText("run.retried").waitFor({ state: "attached" });
});

browse("a run is started once more, and forked from a step with another input", async (page) => {
  await startFromPage(page, "hello", "whom=Ann");
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

browse("a parent shows how its children stand", async (page) => {
  await startFromPage(page, "family");
  await heading(page, "completed").waitFor();
  const child = page.getByLabel("Family").getByRole("row").filter({ hasText: "hello" });
  await child.getByText("completed").waitFor();
  await child.getByRole("link").click();
  await page.getByText("Started by").waitFor();
});

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

browse("a schedule is paused, resumed and run by hand", async (page) => {
  await page.goto(`${url}/schedules`);
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
  await page.goto(`${url}/limits`);
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
  await page.goto(`${url}/start`);
  await page.getByLabel("Workflow").selectOption("release");
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("alert").getByText("invalid_input").waitFor();
});

async function signIn(page: Page, secret: string): Promise<void> {
  await page.getByLabel("API token").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test.skipIf(browserProgram === undefined)(
  "a page with tokens asks for one, shows what its role may do, and comes back when its server does",
  async () => {
    const { page, complaints } = await openPage(browser);
    const server = await project.server({ RUNFLEET_API_TOKENS: tokens });
    const { id } = (await project.json(["start", "slow"])) as { readonly id: string };
    await page.goto(`${server.url}/runs/${id}`);
    await signIn(page, "a-long-enough-secret");
    await page.getByText("ann (operator)").waitFor();
    await heading(page, "running").waitFor();
    const buttons = page.getByLabel("Actions").getByRole("button");
    expect(await buttons.allTextContents()).toEqual(["Cancel", "Rerun"]);
    await buttons.first().click();
    await page.getByRole("button", { name: "Yes, cancel" }).click();
    await heading(page, "cancelled").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API token").waitFor();
    expect(await breachesOf(page)).toEqual([]);
    await signIn(page, "another-long-secret");
    await page.getByText("vic (viewer)").waitFor();
    await heading(page, "cancelled").waitFor();
    expect(await buttons.count()).toBe(0);
    await page.getByRole("link", { name: "Runs" }).click();
    expect(await page.getByRole("link", { name: "Start" }).count()).toBe(0);
    await server.end("SIGTERM");
    await page.getByText("unreachable").first().waitFor();
    const again = await project.server({ RUNFLEET_API_TOKENS: tokens }, new URL(server.url).port);
    await page.getByText("unreachable").first().waitFor({ state: "detached" });
    await page.getByRole("link", { name: "release from the page" }).first().waitFor();
    // The first question, before anybody had signed in, is answered with 401, and browsers tell that.
    expect(complaints.filter((complaint) => !complaint.includes("401"))).toEqual([]);
    await page.close();
    await again.end("SIGTERM");
  },
);

async function openEverything(page: Page): Promise<void> {
  await page.getByRole("button", { name: "ship script, not begun" }).click();
  await stepRow(page, "build").click();
  for (const summary of await page.locator("summary").all()) await summary.click();
}

test.skipIf(browserProgram === undefined)(
  "every page is whole in light and dark, wide and narrow",
  async () => {
    const start = ["start", "shipping", "--input", "version=1.3", "--label", "Release 1.3"];
    const { id } = (await project.json(start)) as { readonly id: string };
    await project.json(["start", "charging", "--label", "Order 17"]);
    await project.json(["start", "asking", "--wait"]);
    const isWaiting = async (): Promise<boolean> =>
      ((await project.json(["gates"])) as { gates: unknown[] }).gates.length === 2;
    await expect.poll(isWaiting, { timeout: 30_000, interval: 500 }).toBe(true);
    /** Name, path, and what is there once the page is whole. */
    const places = [
      ["runs", "/", "Order 17"],
      ["run", `/runs/${id}`, "Ship it?"],
      ["gates", "/gates", "Ship it?"],
      ["schedules", "/schedules", "nightly"],
      ["cost", "/cost", "Workflows"],
      ["limits", "/limits", "Change slow"],
      ["fleet", "/fleet", "Ended runs kept"],
      ["start", "/start", "Label"],
    ] as const;
    const breaches: string[] = [];
    for (const look of ["light", "dark"] as const) {
      const { page, complaints } = await openPage(browser, look);
      for (const [name, place, part] of places) {
        await page.setViewportSize({ width: 1280, height: 800 });
        await page.goto(`${url}${place}`);
        await page.locator("h1").waitFor();
        await page.getByText("Loading …").waitFor({ state: "detached" });
        await page.getByText("2 waiting for an answer").waitFor();
        await page.getByText(part).first().waitFor();
        if (process.env["RUNFLEET_PICTURES"] === "1") {
          const path = `${pictures}${name}-${look}.png`;
          await page.screenshot({ path, animations: "disabled", fullPage: name === "run" });
        }
        if (name === "run") await openEverything(page);
        breaches.push(...(await breachesOf(page)).map((breach) => `${name}, ${look}: ${breach}`));
        await page.setViewportSize({ width: 360, height: 740 });
        const excess = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect(excess, `${name} is wider than a narrow screen`).toBeLessThanOrEqual(0);
      }
      expect(complaints).toEqual([]);
      await page.close();
    }
    expect(breaches).toEqual([]);
  },
);
