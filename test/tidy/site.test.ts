// The site of the documentation is built from the Markdown as it is: whatever links nowhere, a heading included, fails the build.
// The SDK's reference, which takes a compiler, is left to `npm run docs`.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildSite } from "../../docs/site/build-site.mjs";
import { deadLinks } from "../../docs/site/dead-links.mjs";
import { filesBelow } from "./source-files.js";

const output = await mkdtemp(join(tmpdir(), "runfleet-docs-"));
afterAll(() => rm(output, { recursive: true }));

test("every page is built, and every link of it leads somewhere", async () => {
  await buildSite({ output, withSdk: false });
  const pages = filesBelow("docs/").filter((file) => file.endsWith(".md"));
  expect(pages.length).toBeGreaterThan(100);
  for (const file of pages) {
    const address = file.replace(/README\.md$/, "index.md").replace(/\.md$/, ".html");
    expect(await readFile(join(output, address), "utf8"), file).toContain("<h1 ");
  }
  const gates = await readFile(join(output, "docs/guides/gates.html"), "utf8");
  expect(gates).toContain('href="../language.html#gate"');
  expect(gates).toContain("<code>{{gate_feedback}}</code>");
  expect(await readFile(join(output, "assets/search-data.js"), "utf8")).toContain(
    "docs/guides/gates.html#a-person",
  );
});

test("a link to no page, to no heading and to no picture is found", () => {
  const html = `<h1 id="a">A</h1><a href="b.html">b</a><a href="#a">a</a><a href="#c">c</a><img src="d.png"><img src="e.png">
    <a href="../index.html#top">up</a><a href="https://example.com/x">x</a>`;
  const pages = [
    { url: "docs/page.html", html },
    { url: "index.html", html: "" },
  ];
  expect(deadLinks(pages, (file) => file === "docs/e.png")).toEqual(
    ["b.html", "#c", "d.png", "../index.html#top"].map((target) => `docs/page.html links to ${target}`),
  );
});
