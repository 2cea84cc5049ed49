/** A run's log over HTTP: pages, one step, and what is refused. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";

let server: ApiServer;
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
});
afterAll(() => server.close());

test("a run's log is read page by page, of all steps or of one, and goes on after any line", async () => {
  const { body: started } = await server.ask("POST", "/api/v1/runs", {
    body: { workflow: "greet", inputs: { whom: "x" } },
  });
  const { activation, release } = await server.under.take(started.id);
  const line = (text: string) => ({ at: 1_000, kind: "stdout" as const, text });
  await server.under.store.writeLog({
    fence: activation.fence,
    pieces: [
      { address: "b.0", name: "say", attempt: 1, leftOut: 3, lines: [line("<b>a</b>"), line("b")] },
      { address: "b.1", name: "other", attempt: 1, leftOut: 0, lines: [line("c")] },
    ],
  });
  await release();
  const path = `/api/v1/runs/${started.id}/logs`;
  const first = await server.ask("GET", `${path}?limit=2`);
  expect(first.body.lines).toMatchObject([
    { kind: "left_out", leftOut: 3 },
    { kind: "stdout", text: "<b>a</b>", at: "1970-01-01T00:00:01.000Z", leftOut: null },
  ]);
  const rest = await server.ask("GET", `${path}?cursor=${first.body.cursor}`);
  expect(rest.body).toMatchObject({ lines: [{ text: "b" }, { text: "c" }], cursor: null });
  const one = await server.ask("GET", `${path}?step=other`);
  expect(one.body.lines.map(({ text }: { text: string }) => text)).toEqual(["c"]);
});

test("a made up cursor is refused, and nobody's log is not found", async () => {
  const made = await server.ask("GET", "/api/v1/runs/x/logs?cursor=no%20such");
  expect([made.status, made.body.code]).toEqual([400, "invalid_usage"]);
  const nobody = await server.ask("GET", "/api/v1/runs/x/logs");
  expect([nobody.status, nobody.body.code]).toEqual([404, "run_not_found"]);
});
