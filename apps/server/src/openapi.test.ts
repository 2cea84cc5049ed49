/** The description of the API: valid by the rules of OpenAPI 3.1, and true for requests of every kind. */
import { createConfig, lintFromString } from "@redocly/openapi-core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ApiServer, openApiServer } from "../../../test/support/api-server.js";

let server: ApiServer;
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
});
afterAll(() => server.close());

test("the description is valid OpenAPI and says what each operation answers", async () => {
  const { body } = await server.ask("GET", "/api/openapi.json");
  expect(body.openapi).toBe("3.1.0");
  const config = await createConfig({
    extends: ["recommended"],
    rules: { "no-server-example.com": "off", "operation-4xx-response": "error" },
  });
  const problems = await lintFromString({ source: JSON.stringify(body), config });
  expect(
    problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`),
  ).toEqual([]);
});

const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("", "0", "a:b", "../..", "{}"),
);
const oddValue = fc.oneof(fc.jsonValue({ maxDepth: 2 }), oddText, fc.constantFrom(-1, 1e300, null, []));
const memberNames = [
  ...[
    "workflow",
    "inputs",
    "label",
    "idempotencyKey",
    "priority",
    "delayMs",
    "pool",
    "reason",
    "name",
    "data",
  ],
  ...[
    "dedupeId",
    "feedback",
    "selections",
    "result",
    "source",
    "definition",
    "token",
    "timeoutMs",
    "stepTimeoutMs",
  ],
];
const oddBody = fc.oneof(
  oddValue,
  fc.dictionary(fc.constantFrom(...memberNames), oddValue),
  fc.record({
    workflow: fc.constant("greet"),
    inputs: fc.dictionary(fc.constantFrom("whom", "tone"), oddValue),
  }),
);

test("no request whatever makes the server fail", async () => {
  const { body } = await server.ask("GET", "/api/openapi.json");
  const paths = body.paths as Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({ path, method, parameters })),
  );
  const { id } = await server.under.fleet.start("greet", { inputs: { whom: "x" } });
  const odd = fc.record({
    operation: fc.constantFrom(...operations),
    part: fc.oneof(oddText, fc.constant(id)),
    query: oddText,
    body: oddBody,
  });
  await fc.assert(
    fc.asyncProperty(odd, async ({ operation, part, query, body: sent }) => {
      const path = operation.path.replace(/\{[a-z]+\}/g, () => encodeURIComponent(part) || "x");
      const asked = operation.parameters.filter((parameter) => parameter.in === "query");
      const search = asked.map(({ name }) => `${name}=${encodeURIComponent(query)}`).join("&");
      if (path.endsWith("/events")) return;
      const request = operation.method === "get" ? {} : { body: sent };
      const { status } = await server.ask(operation.method.toUpperCase(), `${path}?${search}`, request);
      expect(status, `${operation.method} ${path}?${search} ${JSON.stringify(sent)}`).toBeLessThan(500);
    }),
    { numRuns: 400 },
  );
  expect(server.faults).toEqual([]);
});
