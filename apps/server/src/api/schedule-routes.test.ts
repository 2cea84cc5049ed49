import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";

let server: ApiServer;
const ask: ApiServer["ask"] = (...request) => server.ask(...request);
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
});
afterAll(() => server.close());

const nightly = { name: "nightly", workflow: "greet", cron: "0 3 * * *", inputs: { whom: "you" } };
const path = "/api/v1/schedules";

test("a schedule is added once, looked at, paused, run by hand and removed", async () => {
  const added = await ask("POST", path, { body: nightly });
  expect(added).toMatchObject({ status: 201, body: { name: "nightly", timezone: "UTC", overlap: "skip" } });
  expect(await ask("POST", path, { body: nightly })).toMatchObject({ status: 200, body: added.body });
  expect((await ask("GET", path)).body).toEqual({ schedules: [added.body], cursor: null });
  expect((await ask("GET", `${path}/nightly`)).body).toEqual(added.body);
  const paused = await ask("POST", `${path}/nightly/pause`, { who: "operator" });
  expect(paused.body).toMatchObject({ nextDue: null, paused: { by: "test-operator" } });
  const run = await ask("POST", `${path}/nightly/run`, { who: "operator" });
  expect(run).toMatchObject({ status: 201, body: { status: "pending" } });
  expect((await ask("GET", `${path}/nightly/firings?limit=1`)).body).toMatchObject({
    firings: [{ outcome: "started", runId: run.body.id, by: "test-operator" }],
  });
  expect((await ask("GET", `${path}/nightly/firings?limit=0`)).status).toBe(400);
  expect((await ask("POST", `${path}/nightly/resume`)).body).toMatchObject({
    ...{ paused: null, nextDue: added.body.nextDue, lastRun: { id: run.body.id, status: "pending" } },
  });
  expect((await ask("DELETE", `${path}/nightly`)).status).toBe(200);
  expect(await ask("GET", `${path}/nightly`)).toMatchObject({
    status: 404,
    body: { code: "schedule_not_found" },
  });
});

test("what cannot be one is refused with the reason, and only admins may say what runs", async () => {
  const wrong = await ask("POST", path, { body: { ...nightly, cron: "0 99 * * *" } });
  expect(wrong).toMatchObject({ status: 400, body: { code: "invalid_usage" } });
  expect(wrong.body.detail).toContain('the hour "99"');
  expect((await ask("POST", path, { body: { ...nightly, who: "me" } })).status).toBe(400);
  expect((await ask("POST", path, { body: nightly, who: "operator" })).status).toBe(403);
});
