// Every interleaving of the protocol in a few small worlds, and the proof that the explorer would have seen a mistake:
// each protection is left out once, and what it protects from must be found. The numbers are in docs/protocol.md.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { controls } from "./controls.js";
import { correspondence } from "./correspondence.js";
import { explore } from "./explore.js";
import type { Defect } from "./worlds.js";
import { systemOf, worldNames, worlds } from "./worlds.js";

/** Far above every world: one that grows beyond it has become another world. */
const statesMax = 300_000;
/** On a busy machine; on an idle core the largest world takes some seconds. */
const patienceMs = 120_000;

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** States and transitions of each world as the document tells them. */
const documented = new Map(
  [
    ...readFileSync(fromRoot("docs/protocol.md"), "utf8").matchAll(
      /^\| (.+?) \|.*\| ([\d,]+) \| ([\d,]+) \|$/gm,
    ),
  ].map(([, name, ...counts]) => [name, counts.map((count) => Number(count.replaceAll(",", "")))]),
);

test.each(worldNames)(
  "the protocol keeps every promise in every state of the world: %s",
  (name) => {
    const { breach, states, transitions, depth } = explore(systemOf(worlds[name]), statesMax);
    process.stdout.write(`${name}: ${states} states, ${transitions} transitions, depth ${depth}\n`);
    expect(breach).toBeUndefined();
    expect(documented.get(name)).toEqual([states, transitions]);
  },
  patienceMs,
);

test.each(Object.entries(controls))(
  "without its protection a promise is broken, and a shortest trace tells how: %s",
  (defect, { world, breaks }) => {
    const system = systemOf({ ...worlds[world], defect: defect as Defect });
    const { breach } = explore(system, statesMax);
    expect(breach?.says).toBe(breaks);
  },
  patienceMs,
);

test("a trace reads as a story", () => {
  const { breach } = explore(systemOf({ ...worlds.deaths, defect: "commit has no fence" }), statesMax);
  expect(breach?.trace).toEqual([
    "worker A: takes the job of solo",
    "worker A: draws token 1",
    "worker A: activates solo with generation 1",
    "worker A: stands still for long",
    "time: ends the lease of solo",
    "time: ends the lock on the job of solo",
    "worker B: takes the job of solo",
    "worker B: draws token 2",
    "worker B: activates solo with generation 2",
    'worker A: writes "commit" for solo: ok',
  ]);
});

test.each(Object.entries(correspondence))("what the model calls %s is in the product", (_step, files) => {
  const missing = files.filter(
    (file) => !existsSync(fileURLToPath(new URL(`../../${file}`, import.meta.url))),
  );
  expect(missing).toEqual([]);
});
