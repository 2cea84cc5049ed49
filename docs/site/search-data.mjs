// What the search finds: each page in pieces, from one heading to the next, as text.

const piece =
  /<h([1-3]) id="([^"]*)"[^>]*>([\s\S]*?)<a class="mark"[\s\S]*?<\/h\1>([\s\S]*?)(?=<h[1-3] id=|<nav class="onward"|<\/main>)/g;

/** @typedef {{ url: string, html: string }} BuiltPage url from the root of the site */

/**
 * A script, since a page that is looked at from a disk may not fetch.
 * @param {readonly BuiltPage[]} pages
 */
export function searchData(pages) {
  return `globalThis.searchData = ${JSON.stringify(pages.flatMap(piecesOf))};\n`;
}

/** @param {BuiltPage} page */
function piecesOf({ url, html }) {
  const pieces = [...html.matchAll(piece)].map(([, level, id = "", heading = "", body = ""]) => ({
    href: level === "1" ? url : `${url}#${id}`,
    heading: textOf(heading),
    text: textOf(body),
  }));
  const page = pieces[0]?.heading ?? "";
  return pieces.map((one) => ({ ...one, page }));
}

/** @param {string} html */
function textOf(html) {
  const text = html
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  return text.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll(/\s+/g, " ").trim();
}
