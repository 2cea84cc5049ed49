/** What `runfleet fleet` says of sinks. */
import { tmpdir } from "node:os";
import { afterAll, expect, inject, test } from "vitest";
import { openClientFleet } from "../../../../test/support/client-fleet.js";
import { fakeTerminal } from "../../../../test/support/fake-terminal.js";
import { createProgram } from "../program.js";

const under = await openClientFleet(inject("redisUrl"));
afterAll(() => under.close());

async function fleet(globals: { readonly json?: boolean } = {}): Promise<string> {
  const { namespace } = under;
  const { cli, printed } = fakeTerminal({
    cwd: tmpdir(),
    globals: { ...globals, namespace, redis: inject("redisUrl") },
  });
  await createProgram(cli).parseAsync(["node", "runfleet", "fleet"]);
  return printed();
}

test("who leads what is told once there is a sink, with nobody when no worker has it", async () => {
  expect(await fleet()).not.toContain("LEADS");
  const claim = { ttlMs: 60_000, workerId: "w1" };
  await under.store.claimSink({ ...claim, sink: "archive" });
  await under.store.claimSink({ ...claim, sink: "audit" });
  await under.store.claimSink({ ...claim, sink: "audit", ttlMs: 0 });
  const table = await fleet();
  expect(table).toMatch(/LEADS +WORKER +BEHIND/);
  expect(table).toMatch(/sink archive +w1/);
  expect(table).toMatch(/sink audit +nobody/);
  expect(JSON.parse(await fleet({ json: true })).leads).toMatchObject([
    { what: "sink", name: "archive", worker: "w1" },
    { what: "sink", name: "audit", worker: null, until: null },
  ]);
});
