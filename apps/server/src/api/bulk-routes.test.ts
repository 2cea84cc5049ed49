/** Changes of many runs over HTTP: counted first, made in parts, recorded under the name of who asked. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";
import { greet } from "../../../../test/support/client-fleet.js";

let server: ApiServer;
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
});
afterAll(() => server.close());

async function startSome(workflow: string, count: number): Promise<string[]> {
  const { fleet } = server.under;
  await fleet.publish([{ ...greet, name: workflow }]);
  const entry = { workflow, inputs: { whom: "you" } };
  const outcomes = await fleet.startMany(Array.from({ length: count }, () => entry));
  return outcomes.flatMap((outcome) => (outcome.type === "started" ? [outcome.run.id] : []));
}

const post = (path: string, body: object) =>
  server.ask("POST", `/api/v1/runs/bulk/${path}`, { who: "operator", body });

test("runs are counted, then cancelled two pages a request, until the cursor is null", async () => {
  const ids = await startSome("many", 205);
  const filter = { workflow: "many", status: "pending" };
  const dry = await post("cancel", { filter, dryRun: true });
  expect(dry.body).toMatchObject({ dryRun: true, ended: "done", matched: 205, changed: 0, cursor: null });
  const first = await post("cancel", { filter, reason: "wrong tenant" });
  expect(first.body).toMatchObject({ ended: "limit", changed: 200, cursor: expect.any(String) });
  const second = await post("cancel", { filter, reason: "wrong tenant", cursor: first.body.cursor });
  expect(second.body).toMatchObject({ ended: "done", changed: 5, cursor: null });
  const one = await server.under.fleet.get(ids[0] ?? "");
  expect(one.cancel).toMatchObject({ reason: "wrong tenant", by: "test-operator" });
  expect(server.audited).toContainEqual(
    expect.objectContaining({
      ...{ actor: "test-operator", route: "/api/v1/runs/bulk/cancel", status: 200 },
      many: { matched: 200, changed: 200 },
    }),
  );
});

test("named runs are changed, those in another status are left alone", async () => {
  const [one = "", other = ""] = await startSome("named", 2);
  await server.under.fleet.terminate(one);
  const { body } = await post("cancel", { filter: { ids: [one, other] } });
  expect(body).toMatchObject({ matched: 1, changed: 1, skipped: {} });
  expect((await post("retry", { filter: { ids: [one, other] }, dryRun: true })).body).toMatchObject({
    matched: 0,
  });
});

test("an empty filter, a strange cursor and a status that cannot be changed are refused", async () => {
  const bodies = [
    { filter: {} },
    { filter: { all: true }, cursor: "strange" },
    { filter: { status: "completed" } },
    { filter: { ids: [] } },
    {},
  ];
  for (const body of bodies) {
    for (const path of ["cancel", "retry"]) {
      expect((await post(path, body)).status, JSON.stringify(body)).toBe(400);
    }
  }
});
