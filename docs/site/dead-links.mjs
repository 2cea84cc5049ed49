// Links and pictures of the built pages that lead nowhere within the site, or to no such heading. Other sites are not asked.
import { posix } from "node:path";

const reference = /<(?:a|img|link|script)\b[^>]*?\s(?:href|src)="([^"]*)"/g;
const ids = /\sid="([^"]*)"/g;

/**
 * @param {readonly import("./search-data.mjs").BuiltPage[]} pages
 * @param {(file: string) => boolean} hasFile whether the site has a file that is no page
 * @returns {string[]} a line for each
 */
export function deadLinks(pages, hasFile) {
  const idsOf = new Map(
    pages.map(({ url, html }) => [url, new Set([...html.matchAll(ids)].map(([, id]) => id))]),
  );
  const isDead = (/** @type {string} */ url, /** @type {string} */ target) => {
    const [path = "", anchor] = decodeURI(target).split("#");
    const file = path === "" ? url : posix.join(posix.dirname(url), path);
    const known = idsOf.get(file);
    return known === undefined ? !hasFile(file) : anchor !== undefined && !known.has(anchor);
  };
  return pages.flatMap(({ url, html }) => {
    const targets = new Set([...html.matchAll(reference)].map(([, target = ""]) => target));
    const own = [...targets].filter((target) => !/^[a-z]+:/.test(target));
    return own.filter((target) => isDead(url, target)).map((target) => `${url} links to ${target}`);
  });
}
