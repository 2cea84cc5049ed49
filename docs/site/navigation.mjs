// What can be chosen at the side of every page: the chapters of the map (docs/README.md), in the groups that it has there, with
// the pages that it names.
import { posix } from "node:path";

const link = /\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)\)/g;
const groupMark = /^\*\*(.+)\*\*$/m;

/** @typedef {{ title: string, file: string }} Entry */
/** @typedef {{ title: string, entries: Entry[] }} Group without a title where a chapter has no groups */
/** @typedef {{ title: string, groups: Group[] }} Chapter */

/**
 * @param {string} map Markdown
 * @param {string} dir the folder it lies in
 * @returns {Chapter[]}
 */
export function chaptersOf(map, dir) {
  const [, ...chapters] = map.split(/^## /m);
  return chapters.map((text) => {
    const [title = "", body = ""] = text.split(/\n(.*)/s);
    // The titles of groups stand between what is in them.
    const [ungrouped = "", ...grouped] = body.split(groupMark);
    const groups = [{ title: "", entries: entriesOf(ungrouped, dir) }];
    for (let at = 0; at < grouped.length; at += 2) {
      groups.push({ title: grouped[at] ?? "", entries: entriesOf(grouped[at + 1] ?? "", dir) });
    }
    return { title, groups: groups.filter(({ entries }) => entries.length > 0) };
  });
}

/**
 * @param {Chapter} chapter
 * @returns {Entry[]}
 */
export function pagesIn({ groups }) {
  return groups.flatMap(({ entries }) => entries);
}

/**
 * @param {string} text
 * @param {string} dir
 * @returns {Entry[]}
 */
function entriesOf(text, dir) {
  return [...text.matchAll(link)].map(([, words = "", target = ""]) => ({
    title: shortTitle(words),
    file: posix.join(dir, target),
  }));
}

/**
 * What stands before a colon, with a capital: links on the map are parts of sentences.
 * @param {string} text
 */
function shortTitle(text) {
  const [short = ""] = text.split(":");
  return short.charAt(0).toUpperCase() + short.slice(1);
}
