/** What a browser loads before it shows anything: all that the build has left, compressed. */
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const site = new URL("../dist/site/", import.meta.url);
/** People open the pages from bad networks too, on call. */
const sizeMaxBytes = 300 * 1_024;

test("the pages are small", () => {
  const files = readdirSync(site, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const sizes = files.map((file) => gzipSync(readFileSync(`${file.parentPath}/${file.name}`)).length);
  expect(files.length).toBeGreaterThan(2);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(sizeMaxBytes);
});
