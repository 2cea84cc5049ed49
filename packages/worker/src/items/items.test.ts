import { describe, expect, it } from "vitest";
import type { ItemsRequest } from "../config.js";
import { jsonItems } from "./json.js";
import { rangeItems } from "./range.js";

function request(filter: Record<string, string>, source?: string): ItemsRequest {
  const run = { id: "run", workflow: "w", inputs: {} };
  const step = { name: "each", address: "b.0", attempt: 1 };
  return {
    run,
    step,
    filter,
    signal: new AbortController().signal,
    ...(source === undefined ? {} : { source }),
  };
}

describe("item provider json", () => {
  it("takes texts and numbers as their own ids", async () => {
    const { items } = await jsonItems.items(request({ from: "list" }, '["a", 2]'));
    expect(items).toEqual([
      { id: "a", ref: "", context: {} },
      { id: "2", ref: "", context: {} },
    ]);
  });

  it("takes id and ref of objects and hands their other members on as texts", async () => {
    const { items } = await jsonItems.items(
      request({ from: "list" }, '[{"id": 1, "ref": "r", "path": "p", "deep": {"x": 1}}]'),
    );
    expect(items).toEqual([{ id: "1", ref: "r", context: { path: "p", deep: '{"x":1}' } }]);
  });

  it.each([
    ["no filter", {}, undefined, "needs filter"],
    ["a name that is nowhere", { from: "gone" }, undefined, '"gone" is neither'],
    ["text that is not JSON", { from: "list" }, "[", "is not JSON"],
    ["JSON that is not an array", { from: "list" }, "{}", "is not a JSON array"],
    ["an object without id", { from: "list" }, '[{"name": "x"}]', 'list[0] is an object without "id"'],
    ["an element of another type", { from: "list" }, "[null]", "list[0] must be"],
  ])("refuses %s with what and where", async (_, filter, source, message) => {
    await expect(jsonItems.items(request(filter, source))).rejects.toThrow(message);
  });
});

describe("item provider range", () => {
  it("counts up and down with both ends", async () => {
    expect((await rangeItems.items(request({ from: "1", to: "3" }))).items.map((item) => item.id)).toEqual([
      "1",
      "2",
      "3",
    ]);
    expect(
      (await rangeItems.items(request({ from: "3", to: "-1", step: "2" }))).items.map((item) => item.id),
    ).toEqual(["3", "1", "-1"]);
  });

  it.each([
    ["a missing end", { from: "1" }, "needs to"],
    ["an end that is no integer", { from: "1", to: "x" }, 'got "x"'],
    ["a step below one", { from: "1", to: "2", step: "0" }, "step must be 1 or more"],
    ["more items than allowed", { from: "1", to: "10001" }, "at most 10000"],
  ])("refuses %s", async (_, filter, message) => {
    await expect(rangeItems.items(request(filter))).rejects.toThrow(message);
  });
});
