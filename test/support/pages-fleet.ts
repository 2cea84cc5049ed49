/** A development fleet with the workflows of the tests of the pages, and a browser: for one file of tests, until its end. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserProgram, openBrowser, openPage } from "./browser.js";
import { type CliProject, type DevProcess, openProject } from "./built-cli.js";
import { config, sources } from "./pages-project.js";

export interface PagesFleet {
  readonly project: CliProject;
  readonly url: string;
  readonly browser: Browser;
  /** Starts a run over HTTP; answers its id. */
  start(body: {
    readonly workflow: string;
    readonly inputs?: object;
    readonly label?: string;
  }): Promise<string>;
}

/** Registers what opens and closes it. Answers it once the tests run. */
export function usePagesFleet(): () => PagesFleet {
  let fleet: PagesFleet | undefined;
  let project: CliProject | undefined;
  let dev: DevProcess | undefined;
  beforeAll(async () => {
    project = await openProject();
    await project.write("runfleet.config.mjs", config);
    const files = Object.entries(sources).map(([name, text]) => [`${name}.wf`, text] as const);
    for (const [file, text] of files) await project.write(file, text);
    dev = await project.dev(["--port", "0", "--workers", "1"]);
    const url = (await project.state()).serverUrl;
    await project.json(["publish", ...files.map(([file]) => file)]);
    const nightly = { workflow: "hello", cron: "0 3 * * *", inputs: { whom: "Ann" } };
    await post(`${url}/api/v1/schedules`, { name: "nightly", ...nightly });
    const start: PagesFleet["start"] = async (body) => (await post(`${url}/api/v1/runs`, body)).id;
    fleet = { project, url, browser: await openBrowser(), start };
  });
  afterAll(async () => {
    await fleet?.browser.close();
    await dev?.end("SIGTERM");
    await project?.remove();
  });
  return () => {
    if (fleet === undefined) throw new Error("the fleet is opened before the tests");
    return fleet;
  };
}

async function post(url: string, body: object): Promise<{ readonly id: string }> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as { readonly id: string };
}

/** A test with a page of its own that has complained of nothing at its end. */
export function browse(
  fleet: () => PagesFleet,
  name: string,
  procedure: (page: Page, url: string) => Promise<void>,
): void {
  test.skipIf(browserProgram === undefined)(name, async () => {
    const { page, complaints } = await openPage(fleet().browser);
    await procedure(page, fleet().url);
    expect(complaints).toEqual([]);
    await page.close();
  });
}

export const stepRow = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
export const heading = (page: Page, status: string) => page.locator("h1 .badge", { hasText: status });
