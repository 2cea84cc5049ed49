import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";

let server: ApiServer;
const ask: ApiServer["ask"] = (...request) => server.ask(...request);
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
});
afterAll(() => server.close());

const path = "/api/v1/usage";

test("what workflows used is told to viewers, by what they ask for", async () => {
  const { id } = (await ask("POST", "/api/v1/runs", { body: { workflow: "greet", inputs: { whom: "Ann" } } }))
    .body;
  await server.under.workOn(id);
  const { status, body } = await ask("GET", `${path}?by=workflow`, { who: "viewer" });
  expect(status).toBe(200);
  expect(body.rows).toMatchObject([{ day: null, workflow: "greet", costUsd: 0, runs: { completed: 1 } }]);
  expect(body.totals.runs).toEqual({ completed: 1, failed: 0, cancelled: 0 });
  const days = await ask("GET", `${path}?by=day&from=2026-01-01&to=2026-01-31&workflow=greet`);
  expect(days.body.rows).toHaveLength(31);
});

test.each(["?from=yesterday", "?top=0", "?by=hour", "?days=7", "?from=2026-01-02&to=2026-01-01"])(
  "%s is refused",
  async (query) => {
    expect(await ask("GET", `${path}${query}`)).toMatchObject({
      status: 400,
      body: { code: "invalid_usage" },
    });
  },
);
