// docs/metrics.md is written from the catalogue. RUNFLEET_REWRITE=1 writes it anew.
import { writeFileSync } from "node:fs";
import { describeCatalogue } from "@runfleet/metrics";
import { expect, test } from "vitest";
import { root, textOf } from "../tidy/source-files.js";

test("docs/metrics.md says what the catalogue says", () => {
  const page = describeCatalogue();
  if (process.env["RUNFLEET_REWRITE"] === "1") writeFileSync(`${root}docs/metrics.md`, page);
  expect(textOf("docs/metrics.md")).toBe(page);
});
