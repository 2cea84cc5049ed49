import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";

let server: ApiServer;
const ask: ApiServer["ask"] = (...request) => server.ask(...request);
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
});
afterAll(() => server.close());

const path = "/api/v1/limits";

test("a workflow is limited by an operator, and let go again", async () => {
  const body = { concurrency: 4, rate: { limit: 10, perMs: 1_000 } };
  expect(await ask("PUT", `${path}/greet`, { who: "operator", body })).toMatchObject({ status: 200 });
  expect((await ask("GET", path, { who: "viewer" })).body).toEqual({
    set: [{ workflow: "greet", concurrency: 4, perKey: null, rate: { limit: 10, perMs: 1_000, burst: 1 } }],
    scopes: [],
    cursor: null,
  });
  expect((await ask("PUT", `${path}/greet`, { who: "viewer", body })).status).toBe(403);
  expect((await ask("DELETE", `${path}/greet`)).body).toEqual({ workflow: "greet", removed: true });
  expect((await ask("DELETE", `${path}/greet`)).body).toEqual({ workflow: "greet", removed: false });
});

test("a start says how many of its key are worked on at once", async () => {
  const concurrency = { key: "{{whom}}", limit: 2 };
  const body = { workflow: "greet", inputs: { whom: "ann" }, concurrency };
  const { id } = (await ask("POST", "/api/v1/runs", { body })).body;
  expect((await ask("GET", `/api/v1/runs/${id}`)).body).toMatchObject({
    concurrency: { key: "ann", limit: 2 },
  });
});

test.each([
  [{}, "nothing to set"],
  [{ perKey: -1 }, ""],
  [{ rate: { limit: 1 } }, ""],
  [{ colour: "red" }, ""],
])("a limit %j is refused", async (body, why) => {
  const answer = await ask("PUT", `${path}/greet`, { body });
  expect(answer).toMatchObject({ status: 400, body: { code: "invalid_usage" } });
  expect(answer.body.detail).toContain(why);
});
