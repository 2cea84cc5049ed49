/** Bull Board's page and routes: who may look, who may change, and what the board does not do for anybody. */
import { createBullBoard } from "@bull-board/api";
import type { AppControllerRoute, IServerAdapter } from "@bull-board/api/typings/app";
import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { oddText } from "../../../../test/support/any-of-schema.js";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";

let server: ApiServer;
let runId: string;
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
  ({ id: runId } = await server.under.fleet.start("greet", { inputs: { whom: "a" }, label: "hello" }));
});
afterAll(() => server.close());

/** Everything this version of Bull Board has a route for, with our run in it. */
function boardRoutes(): readonly {
  readonly method: string;
  readonly route: string;
  readonly path: string;
}[] {
  let routes: readonly AppControllerRoute[] = [];
  const adapter = new Proxy({} as IServerAdapter, {
    get: (_target, name) => (given: unknown) => {
      if (name === "setApiRoutes") routes = given as readonly AppControllerRoute[];
      return adapter;
    },
  });
  createBullBoard({ queues: [], serverAdapter: adapter });
  return routes.flatMap(({ method, route }) =>
    [method].flat().flatMap((name) =>
      [route].flat().map((path) => ({
        method: name.toUpperCase(),
        route: path,
        path: `/queues${path}`
          .replace(":queueName", "default")
          .replace(":jobId", runId)
          .replace(":queueStatus", "failed")
          .replace(":schedulerId", "x"),
      })),
    ),
  );
}

test("the page needs nothing from elsewhere, has no script in it, and its files are there", async () => {
  const { body: page, headers } = await server.ask("GET", "/queues", { who: "viewer" });
  expect(headers.get("content-security-policy")).toMatch(/default-src 'self';style-src/);
  expect(headers.get("content-security-policy")).not.toMatch(/script-src/);
  expect(page).toContain('<base href="/queues/" />');
  expect(page).not.toMatch(/https?:\/\/|<%|style=|<style|<script(?! (defer src|id="__UI_CONFIG__"))/);
  const files = [...String(page).matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, file]) => file);
  expect(files.length).toBeGreaterThan(4);
  for (const file of files) expect((await server.ask("GET", `/queues/${file}`)).status).toBe(200);
  expect((await server.ask("GET", "/queues/static/..%2findex.ejs")).status).toBe(403);
  expect((await server.ask("GET", `/queues/queue/default/${runId}`)).body).toBe(page);
});

test("who opens the page without a session is led to where one signs in", async () => {
  const response = await fetch(`${server.url}/queues/queue/default`, { redirect: "manual" });
  expect([response.status, response.headers.get("location")]).toEqual([302, "/"]);
});

test("a viewer sees name, label, progress and the run's page, and no buttons", async () => {
  const { body } = await server.ask("GET", "/queues/api/queues?activeQueue=default", { who: "viewer" });
  expect(body.queues).toMatchObject([{ name: "default", readOnlyMode: true, allowRetries: false }]);
  expect(body.queues[0].jobs).toMatchObject([
    {
      ...{ id: runId, name: "greet: hello" },
      progress: { step: null, done: 0, total: 1, costUsd: 0 },
      externalUrl: { displayText: "Run page", href: `/runs/${runId}` },
    },
  ]);
  const admin = await server.ask("GET", "/queues/api/queues");
  expect(admin.body.queues).toMatchObject([{ readOnlyMode: false, allowRetries: true }]);
});

test("a page holds as many jobs as it says, and no more than Bull Board lets it", async () => {
  const { fleet } = server.under;
  await fleet.startMany(Array.from({ length: 120 }, () => ({ workflow: "greet", inputs: { whom: "b" } })));
  const page = (jobs: number) =>
    server.ask("GET", `/queues/api/queues?activeQueue=default&status=prioritized&page=1&jobsPerPage=${jobs}`);
  const { body } = await page(110);
  expect(body.queues[0].jobs).toHaveLength(110);
  expect(body.queues[0].pagination.pageCount).toBe(2);
  expect((await page(100_000)).status).toBe(400);
});

test("every route takes its role, and changes only from its own site", async () => {
  const wrong: string[] = [];
  for (const { method, path } of boardRoutes()) {
    const asked = [null, ...(method === "GET" ? [] : (["viewer", "operator"] as const))];
    for (const who of asked) {
      const { status } = await server.ask(method, path, { who });
      if (status !== (who === null ? 401 : 403)) wrong.push(`${who} ${method} ${path}: ${status}`);
    }
    if (method === "GET") continue;
    const { status } = await server.ask(method, path, { headers: { origin: "https://evil.example" } });
    if (status !== 403) wrong.push(`from elsewhere ${method} ${path}: ${status}`);
  }
  expect(wrong).toEqual([]);
});

test("what an admin may change is what is written here; the rest is refused with a reason", async () => {
  const taken: string[] = [];
  for (const { method, route, path } of boardRoutes().filter((each) => each.method !== "GET")) {
    const { status, body } = await server.ask(method, path);
    if (status === 400 && String(body.message).startsWith("this is not done from here; ")) continue;
    taken.push(`${method} ${route}`);
  }
  expect(taken).toMatchInlineSnapshot(`
    [
      "PUT /api/queues/pause",
      "PUT /api/queues/resume",
      "PUT /api/queues/:queueName/retry/:queueStatus",
      "PUT /api/queues/:queueName/clean/:queueStatus",
      "PUT /api/queues/:queueName/pause",
      "PUT /api/queues/:queueName/resume",
      "PUT /api/queues/:queueName/:jobId/retry",
      "PUT /api/queues/:queueName/:jobId/clean",
      "PUT /api/queues/:queueName/:jobId/promote",
    ]
  `);
  expect(server.faults).toEqual([]);
});

test("no request to the board makes the server fail, whatever is in its address", async () => {
  const reads = boardRoutes().filter(({ method }) => method === "GET");
  const encoded = (text: string): string =>
    encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, "x")) || "x";
  const odd = fc.tuple(fc.constantFrom(...reads.keys()), oddText, oddText, fc.boolean());
  await fc.assert(
    fc.asyncProperty(odd, async ([place, id, query, isOurs]) => {
      const path = reads[place]?.path ?? "";
      const asked = isOurs
        ? path
        : path.replace(runId, () => encoded(id)).replace("default", () => encoded(id));
      const names = ["activeQueue", "status", "page", "jobsPerPage"];
      const search = names.map((name) => `${name}=${encoded(query)}`).join("&");
      const { status } = await server.ask("GET", `${asked}?${search}`);
      expect(status, `${asked}?${search}`).toBeLessThan(500);
    }),
    { numRuns: 200, examples: [[[0, "", "\u0000{", true]]] },
  );
  expect(server.faults).toEqual([]);
});
