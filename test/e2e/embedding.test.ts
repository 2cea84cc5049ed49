/** Programs that use the client end by themselves once it is closed, whether Redis is there or not. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, inject, test } from "vitest";
import { openClientFleet } from "../support/client-fleet.js";

const under = await openClientFleet(inject("redisUrl"));
afterAll(() => under.close());

/** Runs a program to its end, without anybody who ends it; it has a minute. */
async function endOf(program: string, redis: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, REDIS_URL: redis, RUNFLEET_NAMESPACE: under.namespace },
    timeout: 60_000,
  });
  return JSON.parse(stdout) as unknown;
}

const starting = `
  import { createClient } from "@runfleet/client";
  const fleet = createClient();
  const said = await fleet.start("greet", { inputs: { whom: "you" } }).then(
    async (run) => {
      const waiting = run.result().catch(({ code }) => code);
      const following = run.events().next().catch(() => "ended");
      await fleet.fleet();
      await fleet.close();
      await following;
      return [run.status, await waiting];
    },
    async ({ code }) => {
      await fleet.close();
      return code;
    },
  );
  console.log(JSON.stringify(said));`;

test("a process that starts a run, waits for it, and closes its client has nothing left that keeps it", async () => {
  const [there, away] = await Promise.all([
    endOf(starting, inject("redisUrl")),
    endOf(starting, "redis://127.0.0.1:1"),
  ]);
  expect(there).toEqual(["pending", expect.stringMatching(/timeout|redis_unavailable/)]);
  expect(away).toBe("redis_unavailable");
});
