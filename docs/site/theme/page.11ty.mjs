// One page: the bar, the chapters at the side, the text, and what is on it. Everything is linked relative to the page.
import { posix } from "node:path";
import { pagesIn } from "../navigation.mjs";
import { addressOf, fileOf, sdkFolder } from "../pages.mjs";

/** @typedef {import("../navigation.mjs").Chapter} Chapter */
/** @typedef {import("../navigation.mjs").Entry} Entry */
/** @typedef {(file: string) => string} To gives the address of a file, as seen from the page */
/** @typedef {{ page: { inputPath: string }, title: string }} Collected */
/** @typedef {{ page: { inputPath: string }, title: string, content: string, chapters: Chapter[], collections: { all: { data: Collected }[] } }} Data */

/** @param {Data} data */
export function render({ page, title, content, chapters, collections }) {
  const source = fileOf(page.inputPath);
  /** @type {To} */
  const to = (file) => posix.relative(posix.dirname(addressOf(source)), addressOf(file));
  const pages = collections.all.map(({ data }) => ({ title: data.title, file: fileOf(data.page.inputPath) }));
  const shown = [...chapters, ...sdkChapter(pages)];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === "Runfleet" ? title : `${escaped(title)} · Runfleet`}</title>
<link rel="icon" href="${to("assets/icon.svg")}">
<link rel="stylesheet" href="${to("assets/style.css")}">
<link rel="stylesheet" href="${to("assets/text.css")}">
<script src="${to("assets/scheme.js")}"></script>
<script defer src="${to("assets/minisearch.js")}"></script>
<script defer src="${to("assets/search-data.js")}"></script>
<script defer src="${to("assets/search.js")}"></script>
</head>
<body>
<a class="skip" href="#text">To the text</a>
<header class="bar">
<a class="home" href="${to("README.md")}"><img src="${to("assets/icon.svg")}" alt="" width="24" height="24">Runfleet</a>
<a href="${to("docs/README.md")}">Documentation</a>
<search><input type="search" id="search" placeholder="Search" aria-label="Search" aria-keyshortcuts="/" autocomplete="off"><ol id="found" class="found" hidden></ol></search>
<button type="button" id="scheme" aria-label="Light or dark">◐</button>
</header>
<div class="columns">
<nav class="side" aria-label="Chapters">${shown.map((chapter) => sideOf(chapter, source, to)).join("")}</nav>
<main id="text">${content}${unlisted(source, content, pages, to)}${onward(shown, source, to)}</main>
<nav class="here" aria-label="On this page">${contents(content)}</nav>
</div>
</body>
</html>
`;
}

/**
 * The reference of the SDK is on no map: it is written for the site alone, and not for every build of it.
 * @param {Entry[]} pages
 * @returns {Chapter[]}
 */
function sdkChapter(pages) {
  const entries = pages.filter(({ file }) => file.startsWith(sdkFolder) && !file.endsWith("README.md"));
  const inOrder = entries.toSorted((one, other) => (one.file < other.file ? -1 : 1));
  return entries.length === 0 ? [] : [{ title: "The SDK", groups: [{ title: "", entries: inOrder }] }];
}

/**
 * @param {Chapter} chapter
 * @param {string} source
 * @param {To} to
 */
function sideOf(chapter, source, to) {
  const hasPage = pagesIn(chapter).some(({ file }) => file === source || leadsTo(file, source));
  const groups = chapter.groups.map(({ title, entries }) => {
    const heading = title === "" ? "" : `<p class="group">${escaped(title)}</p>`;
    return `${heading}<ul>${entries.map((entry) => sideRow(entry, source, to)).join("")}</ul>`;
  });
  return `<details${hasPage ? " open" : ""}><summary>${escaped(chapter.title)}</summary>${groups.join("")}</details>`;
}

/**
 * Whether an entry stands for the folder that the page lies in, as the list of error codes for the page of each.
 * @param {string} file
 * @param {string} source
 */
function leadsTo(file, source) {
  return posix.basename(file) === "README.md" && posix.dirname(file) === posix.dirname(source);
}

/**
 * @param {Entry} entry
 * @param {string} source
 * @param {To} to
 */
function sideRow({ title, file }, source, to) {
  const isHere = file === source ? ' aria-current="page"' : "";
  return `<li><a href="${to(file)}"${isHere}>${escaped(title)}</a></li>`;
}

/**
 * A page of a folder that names none of the others lists them all.
 * @param {string} source
 * @param {string} content
 * @param {Entry[]} pages
 * @param {To} to
 */
function unlisted(source, content, pages, to) {
  if (!source.endsWith("/README.md")) return "";
  const others = pages.filter(({ file }) => file !== source && posix.dirname(file) === posix.dirname(source));
  if (others.some(({ file }) => content.includes(`href="${to(file)}"`))) return "";
  const inOrder = others.toSorted((one, other) => (one.file < other.file ? -1 : 1));
  const rows = inOrder.map(({ title, file }) => `<li><a href="${to(file)}">${escaped(title)}</a></li>`);
  return `<ul class="folder">${rows.join("")}</ul>`;
}

/**
 * The pages before and after this one in the order of the map.
 * @param {Chapter[]} chapters
 * @param {string} source
 * @param {To} to
 */
function onward(chapters, source, to) {
  const entries = chapters.flatMap(pagesIn);
  const at = entries.findIndex(({ file }) => file === source);
  if (at < 0) return "";
  const step = (/** @type {Entry | undefined} */ entry, /** @type {string} */ rel) =>
    entry === undefined
      ? "<span></span>"
      : `<a rel="${rel}" href="${to(entry.file)}">${escaped(entry.title)}</a>`;
  return `<nav class="onward" aria-label="Onward">${step(entries[at - 1], "prev")}${step(entries[at + 1], "next")}</nav>`;
}

/** @param {string} content */
function contents(content) {
  const headings = [...content.matchAll(/<h([23]) id="([^"]*)"[^>]*>([\s\S]*?)<a class="mark"/g)];
  if (headings.length < 2) return "";
  const rows = headings.map(
    ([, level, id, html = ""]) =>
      `<li class="level-${level}"><a href="#${id}">${html.replaceAll(/<[^>]+>/g, "")}</a></li>`,
  );
  return `<h2>On this page</h2><ul>${rows.join("")}</ul>`;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
