/** What many requests answer, as one sum. */
import type { ManyDocument } from "@runfleet/client";
import { expect, test } from "vitest";
import { addUp, skippedOf } from "./add-up.js";

test("counts are added up, the newest cursor counts, and what is shown stays short", () => {
  const answer = (cursor: string | null): ManyDocument => ({
    ...{
      dryRun: false,
      ended: "limit",
      cursor,
      matched: 100,
      changed: 97,
      skipped: { run_ended: 2 },
      failed: 1,
    },
    failures: [{ id: "r", code: "internal", message: "no" }],
    sample: Array.from({ length: 4 }, (_, index) => ({
      ...{ id: `${cursor} ${index}`, workflow: "w", status: "waiting", label: null, createdAt: "" },
    })),
  });
  const sum = addUp(addUp(undefined, answer("a")), answer(null));
  expect(sum).toMatchObject({
    matched: 200,
    changed: 194,
    failed: 2,
    cursor: null,
    skipped: { run_ended: 4 },
  });
  expect([sum.sample.length, sum.failures.length, skippedOf(sum)]).toEqual([5, 2, 4]);
});
