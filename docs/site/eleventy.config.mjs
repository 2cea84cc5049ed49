// The site of the documentation, as Eleventy builds it in the root of the repository (`npm run docs`). Pages are the Markdown
// files as they are; nothing in them is written for the site. A link that leads nowhere fails the build.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, posix } from "node:path";
import { deadLinks } from "./dead-links.mjs";
import { extendMarkdown, openHighlighter } from "./markdown.mjs";
import { chaptersOf } from "./navigation.mjs";
import { addressOf, fileOf, foldersWithout, isPage, titleOf } from "./pages.mjs";
import { searchData } from "./search-data.mjs";

const mapFile = "docs/README.md";
const searchLibrary = createRequire(import.meta.url)
  .resolve("minisearch")
  .replace(/cjs\/index\.cjs$/, "umd/index.js");

/** @typedef {import("@11ty/eleventy").PageData} Data */

export const config = {
  dir: { input: ".", includes: "docs/site/theme" },
  templateFormats: ["md"],
  markdownTemplateEngine: false,
};

/** @param {import("@11ty/eleventy").UserConfig} eleventy */
export default async function configure(eleventy) {
  eleventy.setUseGitIgnore(false);
  for (const folder of foldersWithout) eleventy.ignores.add(`${folder}/**`);
  // What is no page is left out: that is what false says.
  eleventy.addPreprocessor("pages", "md", ({ page }, content) =>
    isPage(fileOf(page.inputPath)) ? content : false,
  );
  const highlight = await openHighlighter();
  eleventy.amendLibrary("md", (markdown) => extendMarkdown(markdown, highlight));
  eleventy.addGlobalData("layout", "page.11ty.mjs");
  eleventy.addGlobalData(
    "permalink",
    () =>
      (/** @type {Data} */ { page }) =>
        addressOf(fileOf(page.inputPath)),
  );
  eleventy.addGlobalData(
    "eleventyComputed.title",
    () =>
      (/** @type {Data} */ { page }) =>
        titleOf(page.inputPath),
  );
  eleventy.addGlobalData("chapters", () => chaptersOf(readFileSync(mapFile, "utf8"), posix.dirname(mapFile)));
  eleventy.addPassthroughCopy({
    "docs/pictures": "docs/pictures",
    "docs/site/assets": "assets",
    "apps/pages/public/icon.svg": "assets/icon.svg",
    [searchLibrary]: "assets/minisearch.js",
  });
  eleventy.on("eleventy.after", ({ directories, results }) => finish(directories.output, results));
}

/**
 * @param {string} output
 * @param {readonly { url: string, content: string }[]} results
 */
function finish(output, results) {
  const pages = results.map(({ url, content }) => ({ url: pageAt(url), html: content }));
  writeFileSync(join(output, "assets/search-data.js"), searchData(pages));
  const dead = deadLinks(pages, (file) => existsSync(join(output, file)));
  if (dead.length > 0) throw new Error(`links that lead nowhere:\n${dead.join("\n")}`);
}

/**
 * Eleventy calls a folder by its name alone.
 * @param {string} url
 */
function pageAt(url) {
  return url.replace(/^\//, "").replace(/(^|\/)$/, "$1index.html");
}
