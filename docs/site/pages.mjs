// Which files of the repository are pages of the site, and where each lies there. The site has the folders of the repository: a
// relative link means the same in both, and the site can be looked at from a disk, without a server.
import { readFileSync } from "node:fs";
import { posix } from "node:path";

/** Everything else that is Markdown is for people who have the repository before them. */
const page = /^(?:[A-Z]+\.md|docs\/(?!site\/).+\.md|examples\/README\.md)$/;
/** Written for each build, see `write-sdk-reference.mjs`. */
export const sdkFolder = "docs/site/generated";

/** Folders that have no pages; what is below them is not even looked at. */
export const foldersWithout = ["packages", "apps", "test", "infra", "editors", "scripts", "patches"];

/**
 * @param {string} inputPath as Eleventy says it, `./docs/README.md`
 * @returns {string} path from the root of the repository
 */
export function fileOf(inputPath) {
  return posix.normalize(inputPath);
}

/** @param {string} file path from the root of the repository */
export function isPage(file) {
  return page.test(file) || file.startsWith(sdkFolder);
}

/**
 * `docs/guides/gates.md` is `docs/guides/gates.html`, `docs/README.md` is `docs/index.html`.
 * @param {string} file
 */
export function addressOf(file) {
  return file
    .replace(sdkFolder, "docs/reference/sdk")
    .replace(/README\.md$/, "index.md")
    .replace(/\.md$/, ".html");
}

/**
 * The first heading of a page, without its marks.
 * @param {string} file
 */
export function titleOf(file) {
  return (/^# (.+)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? "").replaceAll(/[`*\\]/g, "");
}
