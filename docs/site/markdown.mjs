// What Markdown becomes on the site beyond what the library does: code in colours, headings that can be linked to, and links
// between files of the repository as links between pages. A link to a file that is no page is only its text.
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { createHighlighter } from "shiki";
import { addressOf, fileOf, isPage } from "./pages.mjs";

/** Of code blocks; ours comes from the editors' grammar. */
const languages = ["docker", "json", "md", "sh", "ts", "yaml"];
const themes = { light: "github-light-default", dark: "github-dark-default" };
/** Code lies on the ground of cards, where comments would be too pale to read. */
const colours = {
  [themes.light]: { "#ffffff": "#f6f7f9", "#6e7781": "#59616e" },
  [themes.dark]: { "#0d1117": "#1d2026" },
};
const grammarFile = "editors/vscode/syntaxes/wf.tmLanguage.json";

/** @typedef {import("@11ty/eleventy").Markdown} Markdown */
/** @typedef {import("@11ty/eleventy").Token} Token */

/** @returns {Promise<(code: string, language: string) => string>} gives code as HTML, with the colours of both themes */
export async function openHighlighter() {
  const grammar = JSON.parse(readFileSync(grammarFile, "utf8"));
  const shiki = await createHighlighter({
    themes: Object.values(themes),
    langs: [...languages, { ...grammar, name: "wf" }],
  });
  const known = new Set(shiki.getLoadedLanguages());
  return (code, language) =>
    shiki.codeToHtml(code, {
      lang: known.has(language) ? language : "text",
      ...{ themes, defaultColor: "light-dark()", colorReplacements: colours },
    });
}

/**
 * @param {Markdown} markdown
 * @param {(code: string, language: string) => string} highlight
 */
export function extendMarkdown(markdown, highlight) {
  markdown.set({ html: false, highlight });
  markdown.inline.ruler.before("html_inline", "marks", takeMark);
  markdown.core.ruler.push("headings", ({ tokens }) => nameHeadings(tokens));
  markdown.core.ruler.push("links", ({ tokens, env }) => {
    for (const { children } of tokens) turnLinks(children ?? [], fileOf(env.page.inputPath));
  });
  markdown.renderer.rules["heading_close"] = (tokens, index, options, _env, renderer) => {
    const id = tokens[index - 2]?.attrGet("id");
    return `<a class="mark" href="#${id}" aria-label="This place"></a>${renderer.renderToken(tokens, index, options)}`;
  };
  // A wide table moves by itself, not the page.
  markdown.renderer.rules["table_open"] = () => '<div class="wide" tabindex="0"><table>';
  markdown.renderer.rules["table_close"] = () => "</table></div>";
}

const mark = /<a id="[\w-]+"><\/a>|<br \/>/y;

/**
 * What TypeDoc writes into tables: places that can be linked to, and line breaks. All other HTML is text.
 * @param {import("@11ty/eleventy").InlineState} state
 */
function takeMark(state) {
  mark.lastIndex = state.pos;
  const [html] = mark.exec(state.src) ?? [];
  if (html === undefined) return false;
  state.push("html_inline", "", 0).content = html;
  state.pos += html.length;
  return true;
}

/**
 * Ids as the places where repositories are shown make them, so that links with `#` work there and here.
 * @param {Token[]} tokens
 */
function nameHeadings(tokens) {
  /** @type {Map<string, number>} */
  const taken = new Map();
  tokens.forEach((token, index) => {
    if (token.type !== "heading_open") return;
    const text = (tokens[index + 1]?.children ?? []).map(({ content }) => content).join("");
    const name = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    const count = taken.get(name) ?? 0;
    taken.set(name, count + 1);
    token.attrSet("id", count === 0 ? name : `${name}-${count}`);
  });
}

/**
 * @param {Token[]} tokens of one line of text
 * @param {string} source the file they are from
 */
function turnLinks(tokens, source) {
  for (const [index, token] of tokens.entries()) {
    if (token.type !== "link_open") continue;
    const href = token.attrGet("href") ?? "";
    if (/^([a-z]+:|#)/.test(href)) continue;
    const [path = "", anchor] = href.split("#");
    const file = posix.join(posix.dirname(source), path).replace(/\/$/, "");
    const address = posix.relative(posix.dirname(addressOf(source)), addressOf(file));
    // What is not there at all stays a link, and is found to lead nowhere.
    if (!isPage(file) && existsSync(file)) unlink(tokens, index, file);
    else token.attrSet("href", anchor === undefined ? address : `${address}#${anchor}`);
  }
}

/**
 * The link becomes a span that says where its file is.
 * @param {Token[]} tokens
 * @param {number} at
 * @param {string} file
 */
function unlink(tokens, at, file) {
  const [open, close] = [tokens[at], tokens.slice(at).find(({ type }) => type === "link_close")];
  if (open === undefined || close === undefined) return;
  Object.assign(open, { tag: "span", attrs: [["title", `in the repository: ${file}`]] });
  close.tag = "span";
}
