/**
 * How the pages look: who sees which buttons, what is there while the server is away, every page in light and dark, wide
 * and narrow, held to WCAG 2.1, and with the keyboard alone. With RUNFLEET_PICTURES=1 the pictures of the documentation are taken anew.
 */
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { breachesOf, browserProgram, openPage } from "../support/browser.js";
import { browse, heading, stepRow, usePagesFleet } from "../support/pages-fleet.js";
import { tokens } from "../support/pages-project.js";

const pictures = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));

const fleet = usePagesFleet();
const url = (): string => fleet().url;

/** Only when they are wanted. */
async function takePicture(
  page: Page,
  name: string,
  options: { readonly fullPage?: boolean } = {},
): Promise<void> {
  if (process.env["RUNFLEET_PICTURES"] !== "1") return;
  await page.screenshot({ path: `${pictures}${name}.png`, animations: "disabled", ...options });
}

async function signIn(page: Page, secret: string): Promise<void> {
  await page.getByLabel("API token").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test.skipIf(browserProgram === undefined)(
  "a page with tokens asks for one, shows what its role may do, and comes back when its server does",
  async () => {
    const { page, complaints } = await openPage(fleet().browser);
    const server = await fleet().project.server({ RUNFLEET_API_TOKENS: tokens });
    const id = await fleet().start({ workflow: "slow", label: "slow one" });
    await page.goto(`${server.url}/runs/${id}`);
    await page.getByLabel("API token").waitFor();
    for (const look of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: look });
      await takePicture(page, `sign-in-${look}`);
    }
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
    const open = await fleet().start({ workflow: "slow", label: "slow one again" });
    await page.getByRole("link", { name: "slow one again" }).click();
    await heading(page, "running").waitFor();
    await server.end("SIGTERM");
    await page.getByText("unreachable").first().waitFor();
    const again = await fleet().project.server({ RUNFLEET_API_TOKENS: tokens }, new URL(server.url).port);
    await page.getByText("unreachable").first().waitFor({ state: "detached" });
    await fetch(`${url()}/api/v1/runs/${open}/cancel`, { method: "POST" });
    await heading(page, "cancelled").waitFor();
    await page.getByText(/^History/).click();
    await page.getByText("run.cancelled").waitFor();
    await page.getByRole("link", { name: "Runs" }).click();
    await page.getByRole("link", { name: "slow one", exact: true }).waitFor();
    // The first question, before anybody had signed in, is answered with 401, and browsers tell that.
    expect(complaints.filter((complaint) => !complaint.includes("401"))).toEqual([]);
    await page.close();
    await again.end("SIGTERM");
  },
);

interface Read {
  readonly gates?: readonly unknown[];
  readonly runs?: readonly unknown[];
}

async function setLimit(): Promise<void> {
  const limit = { concurrency: 40, rate: { limit: 100, perMs: 60_000 } };
  const answer = await fetch(`${url()}/api/v1/limits/slow`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(limit),
  });
  expect(answer.ok).toBe(true);
}

async function openEverything(page: Page): Promise<void> {
  await page.getByRole("button", { name: "ship script, not begun" }).click();
  await stepRow(page, "build").click();
  for (const summary of await page.locator("summary").all()) await summary.click();
}

test.skipIf(browserProgram === undefined)(
  "every page is whole in light and dark, wide and narrow",
  async () => {
    const id = await fleet().start({
      workflow: "shipping",
      inputs: { version: "1.3" },
      label: "Release 1.3",
    });
    await fleet().start({ workflow: "charging", label: "Order 17" });
    await fleet().start({ workflow: "fragile", label: "Order 16" });
    await fleet().start({ workflow: "asking" });
    await setLimit();
    const read = async (path: string) => (await (await fetch(`${url()}/api/v1${path}`)).json()) as Read;
    await expect.poll(async () => (await read("/gates")).gates?.length).toBe(2);
    await expect
      .poll(async () => (await read("/runs?status=completed&workflow=asking")).runs?.length)
      .toBe(1);
    /** Name, path, and what is there once the page is whole. */
    const places = [
      ["runs", "/", "Order 17"],
      ["run", `/runs/${id}`, "Ship it?"],
      ["gates", "/gates", "Ship it?"],
      ["schedules", "/schedules", "nightly"],
      ["cost", "/cost", "Workflows"],
      ["limits", "/limits", "Change slow"],
      ["fleet", "/fleet", "Ended runs kept"],
      ["start", "/start", "token (required)"],
    ] as const;
    const breaches: string[] = [];
    for (const look of ["light", "dark"] as const) {
      const { page, complaints } = await openPage(fleet().browser, look);
      for (const [name, place, part] of places) {
        await page.setViewportSize({ width: 1280, height: 800 });
        await page.goto(`${url()}${place}`);
        await page.locator("h1").waitFor();
        await page.getByText("Loading …").waitFor({ state: "detached" });
        await page.getByText("2 waiting for an answer").waitFor();
        if (name === "start") await page.getByLabel("Workflow").selectOption("signing");
        await page.getByText(part).first().waitFor();
        await takePicture(page, `${name}-${look}`, { fullPage: name === "run" });
        if (name === "run") await openEverything(page);
        breaches.push(...(await breachesOf(page)).map((breach) => `${name}, ${look}: ${breach}`));
        await page.setViewportSize({ width: 360, height: 740 });
        const excess = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect(excess, `${name} is wider than a narrow screen`).toBeLessThanOrEqual(0);
      }
      // The board has a look of its own, and breaches of its own.
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(`${url()}/queues/queue/default/${id}`);
      await page.getByText("costUsd").waitFor();
      await page.locator(".react-flow__node", { hasText: "hello" }).waitFor();
      await takePicture(page, `queues-${look}`);
      expect(complaints).toEqual([]);
      await page.close();
    }
    expect(breaches).toEqual([]);
  },
);

browse(fleet, "a run is started and approved with the keyboard alone", async (page) => {
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Goes on with Tab until that is where the focus is. */
  const tabTo = async (name: string): Promise<void> => {
    const named = `(() => { const at = document.activeElement;
      return (at.labels?.[0]?.textContent ?? at.textContent ?? "").trim(); })()`;
    for (let left = 60; left > 0; left--) {
      await press("Tab");
      if ((await page.evaluate<string>(named)).startsWith(name)) return;
    }
    throw new Error(`the keyboard does not come to ${name}`);
  };
  await page.goto(`${url()}/`);
  await page.getByRole("link", { name: "Start" }).waitFor();
  await tabTo("Start");
  await press("Enter");
  await page.getByLabel("Workflow").locator("option", { hasText: "release" }).waitFor({ state: "attached" });
  await tabTo("Workflow");
  await page.keyboard.type("release");
  await page.getByLabel("version").waitFor();
  await tabTo("version");
  await page.keyboard.type("3");
  await press("Enter");
  await heading(page, "waiting").waitFor();
  await tabTo("Now");
  await press("Space");
  await tabTo("Feedback");
  await page.keyboard.type("go");
  await tabTo("Approve");
  await press("Enter");
  await heading(page, "completed").waitFor();
});
