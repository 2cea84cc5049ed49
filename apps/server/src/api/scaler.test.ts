/** `GET /scaler` as an autoscaler reads it. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";

let server: ApiServer;
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
});
afterAll(() => server.close());

/**
 * KEDA's metrics-api trigger: `valueLocation` is a path of names between dots; what lies there must be a number, or a text that
 * is one.
 */
function metricOf(body: unknown, valueLocation: string): number {
  const found = valueLocation
    .split(".")
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], body);
  const value = typeof found === "string" && found.trim() !== "" ? Number(found) : found;
  if (typeof value !== "number" || Number.isNaN(value)) throw new Error(`${valueLocation} is no number`);
  return value;
}

test("the value for KEDA's metrics-api trigger is the number of workers wanted", async () => {
  const { fleet } = server.under;
  const entry = { workflow: "greet", inputs: { whom: "ann" } };
  await fleet.startMany(Array.from({ length: 70 }, () => entry));
  const { status, body } = await server.ask("GET", "/api/v1/scaler?pool=default", { who: "viewer" });
  expect(status).toBe(200);
  expect(metricOf(body, "wanted")).toBe(3);
  expect(body).toMatchObject({ pool: "default", isActive: true, cause: "work", ready: 70 });
  expect(body.why).toBe("70 ready need 70 slots of 32 per worker");
  expect((await server.ask("GET", "/api/v1/scaler")).body).toEqual(body);
});

test("a pool that nobody knows wants nobody", async () => {
  const { body } = await server.ask("GET", "/api/v1/scaler?pool=gpu");
  expect(metricOf(body, "wanted")).toBe(0);
  expect(body).toMatchObject({ isActive: false, cause: "idle" });
});

test("without a token it is refused, and so is what is no pool", async () => {
  expect((await server.ask("GET", "/api/v1/scaler", { who: null })).status).toBe(401);
  expect(await server.ask("GET", "/api/v1/scaler?pool=No%20Pool")).toMatchObject({
    ...{ status: 400, body: { code: "invalid_usage" } },
  });
});
