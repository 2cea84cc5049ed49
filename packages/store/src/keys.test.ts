import { reservedPoolNames, runStatuses } from "@runfleet/model";
import { expect, test } from "vitest";
import {
  cancelChannel,
  definitionKey,
  idempotencyKey,
  keptRootsKey,
  partitionKeys,
  partitionTag,
  publishedKey,
  runKeys,
  scheduleKeys,
  statusKey,
  workflowRunsKey,
} from "./keys.js";

const tag = partitionTag("rf", 0);
const keys = partitionKeys(tag);

function allKeys(): string[] {
  return [
    ...Object.values(keys),
    ...Object.values(runKeys(tag, "01X")),
    ...Object.values(scheduleKeys(tag, "nightly")),
    workflowRunsKey(tag, "w"),
    keptRootsKey(tag, "w"),
    idempotencyKey(tag, "k"),
    definitionKey(tag, "h"),
    publishedKey(tag, "w"),
    cancelChannel(tag),
  ];
}

test("the tag of a partition is one hash tag", () => {
  expect(partitionTag("rf", 3)).toBe("{rf:3}");
});

test("all names are different and lie under the tag", () => {
  expect(new Set(allKeys()).size).toBe(allKeys().length);
  for (const key of allKeys()) expect(key.startsWith("{rf:0}:")).toBe(true);
});

test("no queue may be called like the first segment of one of our names", () => {
  for (const key of allKeys()) expect(reservedPoolNames).toContain(key.split(":")[2]);
});

test("every status has a list of its own", () => {
  expect(runStatuses.map((status) => statusKey(keys, status))).toEqual(
    runStatuses.map((status) => `{rf:0}:runs:${status}`),
  );
});
