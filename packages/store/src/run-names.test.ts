import { expect, test } from "vitest";
import { addRunNames, runNames, withKeys } from "./run-names.js";
import { beginCall, endCall } from "./script-command.js";

const keysOf = runNames("{t:0}", (runId) => ({
  leases: "{t:0}:leases",
  run: `{t:0}:run:${runId}`,
  lease: `{t:0}:lease:${runId}`,
}));
type Names = ReturnType<typeof keysOf>;

function keysIn(wanted: readonly string[], names: Names): string[] {
  beginCall();
  addRunNames(wanted, names);
  const [count, ...words] = endCall()
    .split("\r\n")
    .filter((_, index) => index === 0 || index % 2 === 0);
  expect(count).toBe(`*${wanted.length}`);
  return words.slice(0, wanted.length);
}

test("names come in the order of the script, each with the run's id, whatever its length", () => {
  const wanted = ["lease", "leases", "run"];
  for (const id of ["01X", "01Y", "01Y-b.2@1", "größer"])
    expect(keysIn(wanted, keysOf(id))).toEqual([`{t:0}:lease:${id}`, "{t:0}:leases", `{t:0}:run:${id}`]);
});

test("names of a call alone stand where the script wants them", () => {
  const names = withKeys(withKeys(keysOf("01X"), { parentRun: "{t:0}:run:01P" }), { other: "{t:0}:o" });
  expect(keysIn(["parentRun", "run", "other", "leases"], names)).toEqual([
    "{t:0}:run:01P",
    "{t:0}:run:01X",
    "{t:0}:o",
    "{t:0}:leases",
  ]);
});
