import { expect, test } from "vitest";
import { definitionHash, deriveRunId, newRunId, startDigest } from "./identifiers.js";

const shape = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

test("a derived id has the shape of a ULID and depends on the text alone", () => {
  expect(deriveRunId("a")).toMatch(shape);
  expect(deriveRunId("a")).toBe(deriveRunId("a"));
  expect(deriveRunId("a")).not.toBe(deriveRunId("b"));
});

test("derived ids of many texts are all different", () => {
  const ids = Array.from({ length: 5_000 }, (_, index) => deriveRunId(`parent b.0#${index}`));
  expect(new Set(ids).size).toBe(ids.length);
});

test("new ids are ULIDs that sort by time", () => {
  const [early, late] = [newRunId(1_000), newRunId(2_000)];
  expect(early).toMatch(shape);
  expect(early < late).toBe(true);
});

test("a definition is named by its content", () => {
  expect(definitionHash("{}")).toBe("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
});

test("starts are the same when workflow and inputs are, in any order", () => {
  const digest = startDigest({ workflow: "w", inputs: { a: "1", b: "2" } });
  expect(startDigest({ workflow: "w", inputs: { b: "2", a: "1" } })).toBe(digest);
  expect(startDigest({ workflow: "w", inputs: { a: "1", b: "3" } })).not.toBe(digest);
  expect(startDigest({ workflow: "v", inputs: { a: "1", b: "2" } })).not.toBe(digest);
});
