/** Debian's Chromium without a window, and pages that remember everything they complained about. */
import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/** Absent where no browser is installed; CI installs one. */
export const browserProgram = [process.env["RUNFLEET_BROWSER"] ?? "", ...programs].find(
  (path) => path !== "" && existsSync(path),
);

export function openBrowser(): Promise<Browser> {
  if (browserProgram === undefined) throw new Error("no browser is installed; apt-get install chromium");
  return chromium.launch({
    executablePath: browserProgram,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors of scripts and of the console; requests that were refused or found no server are no error of a page. */
  readonly complaints: readonly string[];
}

export async function openPage(browser: Browser, look: "light" | "dark" = "light"): Promise<WatchedPage> {
  const page = await browser.newPage({ colorScheme: look, viewport: { width: 1280, height: 900 } });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    const isRequest = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isRequest) complaints.push(message.text());
  });
  page.setDefaultTimeout(20_000);
  return { page, complaints };
}

/** What stands against WCAG 2.1 A and AA on a page, by the rules of axe: which rule, and where. */
export async function breachesOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate<string[]>(`axe
    .run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`);
}
