/** The policy of a pool, set and taken back from a terminal. */
import { tmpdir } from "node:os";
import { afterAll, expect, inject, test } from "vitest";
import { openClientFleet } from "../../../../test/support/client-fleet.js";
import { fakeTerminal } from "../../../../test/support/fake-terminal.js";
import { createProgram } from "../program.js";

const under = await openClientFleet(inject("redisUrl"));
afterAll(() => under.close());

async function scaling(...args: readonly string[]): Promise<unknown> {
  const { namespace } = under;
  const { cli, printed } = fakeTerminal({
    cwd: tmpdir(),
    globals: { json: true, namespace, redis: inject("redisUrl") },
  });
  await createProgram(cli).parseAsync(["node", "runfleet", "scaling", ...args]);
  return JSON.parse(printed());
}

test("what is set decides, until it is taken back", async () => {
  const policy = { targetMs: 10_000, min: 2, max: 20, busyWorkers: "keep-all", shrinkAfterMs: 60_000 };
  const words = [
    "--target",
    "10s",
    "--min",
    "2",
    "--max",
    "20",
    "--busy-workers",
    "keep-all",
    "--shrink-after",
    "1m",
  ];
  expect(await scaling("set", "gpu", ...words)).toEqual({ pool: "gpu", policy });
  expect(await scaling("show", "gpu")).toMatchObject({ pool: "gpu", wanted: 2, cause: "min", policy });
  expect(await scaling("set", "gpu", "--slots", "4")).toMatchObject({ policy: { slots: 4 } });
  expect(await scaling("show", "gpu")).toMatchObject({ wanted: 0, policy: { min: 0, slots: 4 } });
  expect(await scaling("remove", "gpu")).toEqual({ pool: "gpu", removed: true });
  expect(await scaling("remove", "gpu")).toEqual({ pool: "gpu", removed: false });
  expect(await scaling("show")).toMatchObject({ pool: "default" });
});

test("a person is shown the whole policy that holds now, and what has its default again", async () => {
  const { namespace } = under;
  const { cli, printed } = fakeTerminal({
    ...{ cwd: tmpdir(), globals: { namespace, redis: inject("redisUrl") } },
  });
  const program = () => createProgram(cli);
  await program().parseAsync(["node", "runfleet", "scaling", "set", "cpu", "--busy-workers", "keep-all"]);
  expect(printed()).toMatch(/busy workers +keep-all/);
  await program().parseAsync(["node", "runfleet", "scaling", "set", "cpu", "--max", "8"]);
  expect(printed()).toMatch(/min, max +0, 8\n[\s\S]*busy workers +keep\n/);
});

test.each([
  ["nothing at all", [], /nothing to set/],
  ["a time that is none", ["--target", "soon"], /--target must be a time, like 30s/],
  ["a rule that is none", ["--busy-workers", "kill"], /must be one of keep, keep-all, drain/],
  ["what the policy does not take", ["--min", "5", "--max", "2"], /min must not be more than max/],
])("%s is refused", async (_what, words, message) => {
  await expect(scaling("set", "gpu", ...words)).rejects.toThrow(message);
});
