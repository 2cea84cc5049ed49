import type { RunRow, WorkerDocument } from "@runfleet/client";
import { expect, test } from "vitest";
import { createTakeoverWatch, type Look } from "./takeover-watch.js";

const worker = (id: string, pid: number) => ({ id, pid }) as WorkerDocument;
const child = (name: string, owner: string | null) =>
  ({
    id: `run-${name}`,
    owner,
    workflow: "w",
    inputs: { path: `/p/node_modules/${name}` },
  }) as unknown as RunRow;

const before: Look = {
  livePids: [1, 2],
  workers: [worker("a", 1), worker("b", 2)],
  children: [child("axe", "a"), child("bow", "a"), child("cup", "b")],
  now: 0,
};

test("nothing is said while every worker lives and packages come and go", () => {
  const watch = createTakeoverWatch();
  expect(watch.look(before)).toEqual([]);
  expect(watch.look({ ...before, children: [child("dot", "a")] })).toEqual([]);
  expect(watch.isGone("a")).toBe(false);
});

test("a worker's end is said with what it held, and then who goes on, once each", () => {
  const watch = createTakeoverWatch();
  watch.look(before);
  const dead = { ...before, livePids: [2, 3] };
  expect(watch.look(dead)).toEqual([
    "worker pid 1 is gone; its packages go on when its leases have run out: axe, bow",
  ]);
  expect(watch.isGone("a")).toBe(true);
  expect(watch.look({ ...dead, now: 5_000, children: [child("axe", "a"), child("bow", null)] })).toEqual([]);

  const workers = [...before.workers, worker("c", 3)];
  const later = { ...dead, workers, now: 10_400 };
  expect(watch.look({ ...later, children: [child("axe", "a"), child("bow", "c")] })).toEqual([
    "worker pid 3 took over after 10.4 s: bow",
  ]);
  expect(watch.look({ ...later, now: 10_700, children: [child("bow", "c")] })).toEqual([
    "another worker took over after 10.7 s: axe",
  ]);
  expect(watch.look({ ...later, now: 11_000, children: [] })).toEqual([]);
});

test("a worker that had nothing in hand, and one that is not of this fleet's processes", () => {
  const watch = createTakeoverWatch();
  const foreign = [...before.workers, worker("far", 99)];
  watch.look({ ...before, workers: foreign, children: [child("axe", "far")] });
  expect(watch.look({ ...before, workers: foreign, livePids: [2], children: [] })).toEqual([
    "worker pid 1 is gone; it had no package in hand",
  ]);
  expect(watch.isGone("far")).toBe(false);
});
