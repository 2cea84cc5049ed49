// The examples of embedding the client, each asked as its framework asks it.
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { parseWorkflow, printReferences } from "@runfleet/language";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { createApp } from "../../examples/embedding/fastify-app.js";
import { handler } from "../../examples/embedding/lambda-handler.js";
import { GET, POST } from "../../examples/embedding/next/app/api/reviews/route.js";
import { openClientFleet } from "../support/client-fleet.js";

const textOf = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../examples/embedding/${name}`, import.meta.url)), "utf8");

const under = await openClientFleet(inject("redisUrl"));
beforeAll(async () => {
  vi.stubEnv("REDIS_URL", inject("redisUrl"));
  vi.stubEnv("RUNFLEET_NAMESPACE", under.namespace);
  await under.fleet.publish([{ source: textOf("review.wf") }]);
});
afterAll(async () => {
  await (globalThis as { fleet?: { close(): Promise<void> } }).fleet?.close();
  vi.unstubAllEnvs();
  await under.close();
});

test("the references are those of the workflow file", () => {
  const { definition } = parseWorkflow(textOf("review.wf"));
  expect(definition && printReferences([definition])).toBe(textOf("workflows.ts"));
});

test("a route handler of Next.js starts a run once and says how far it is", async () => {
  const post = (body: unknown) =>
    POST(new Request("http://h/api/reviews", { method: "POST", body: JSON.stringify(body) }));
  const started = await post({ pr: "next-1" });
  expect(started.status).toBe(201);
  const { id } = (await started.json()) as { readonly id: string };
  const repeated = await post({ pr: "next-1" });
  expect([repeated.status, await repeated.json()]).toEqual([200, { id, status: "pending" }]);
  expect((await post({})).status).toBe(400);
  const read = await GET(new Request(`http://h/api/reviews?run=${id}`));
  expect(await read.json()).toEqual({ id, status: "pending", waitsFor: [] });
  const missing = await GET(new Request("http://h/api/reviews?run=R"));
  expect([missing.status, await missing.json()]).toMatchObject([404, { code: "run_not_found" }]);
});

test("a Fastify application starts, shows and approves over HTTP, and closes its client", async () => {
  const app = createApp();
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const ask = (path: string, body?: unknown) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      headers: body === undefined ? {} : { "content-type": "application/json" },
    });
  const started = await ask("/reviews", { pr: "fastify-1" });
  expect(started.status).toBe(201);
  const { id } = (await started.json()) as { readonly id: string };
  expect(await (await ask(`/reviews/${id}`)).json()).toEqual({ id, status: "pending", summary: null });
  const early = await ask(`/reviews/${id}/approve`, {});
  expect([early.status, await early.json()]).toMatchObject([404, { code: "gate_not_found" }]);
  await app.close();
});

test("a Lambda handler answers, and says that Redis is away in bounded time", async () => {
  const first = await handler({ body: '{"pr":"lambda-1"}' });
  const second = await handler({ body: '{"pr":"lambda-1"}' });
  expect([first.statusCode, second.statusCode]).toEqual([201, 200]);
  expect(JSON.parse(second.body)).toEqual(JSON.parse(first.body));
  expect((await handler({})).statusCode).toBe(400);
  vi.stubEnv("REDIS_URL", "redis://127.0.0.1:1");
  const away = await handler({ body: '{"pr":"lambda-2"}' });
  expect([away.statusCode, JSON.parse(away.body)]).toMatchObject([
    503,
    { code: "redis_unavailable", retryable: true },
  ]);
});
