/** The description of the API: valid by the rules of OpenAPI 3.1, and true for requests of every kind. */
import { createConfig, lintFromString } from "@redocly/openapi-core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { anyOfSchema, oddText, oddValue, type Schema } from "../../../test/support/any-of-schema.js";
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

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly body: fc.Arbitrary<unknown>;
}

async function operations(): Promise<readonly Operation[]> {
  const { body: description } = await server.ask("GET", "/api/openapi.json");
  const named = description.components.schemas as Readonly<Record<string, Schema>>;
  type Described = Pick<Operation, "parameters"> & {
    readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  };
  const paths = description.paths as Record<string, Record<string, Described>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const schema = requestBody?.content["application/json"]?.schema;
      const body = schema === undefined ? oddValue : anyOfSchema(schema, named);
      return { path, method: method.toUpperCase(), parameters, body };
    }),
  );
}

/** What HTTP allows in a header. */
const headerText = fc.stringMatching(/^[\x21-\x7e]{0,30}$/);
const oddHeaders = fc.record(
  {
    "idempotency-key": headerText,
    "last-event-id": fc.oneof(headerText, fc.constantFrom("0-0", `${"9".repeat(20)}-${"9".repeat(20)}`)),
    "x-request-id": headerText,
    accept: headerText,
    range: headerText,
    cookie: fc.oneof(headerText, fc.constant("runfleet_session=test-admin|1.x")),
    "content-type": fc.constantFrom("application/json; charset=utf-16", "multipart/form-data", "x"),
    "content-encoding": fc.constantFrom("gzip", "nonsense"),
  },
  { requiredKeys: [] },
);
const rawBody = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    "{",
    "[".repeat(20_000),
    '{"a":1,"a":2}',
    '{"__proto__":{"x":1}}',
    "\ufeff{}",
    "nul",
    "\u0000",
  ),
);

test("no request whatever makes the server fail, and none is answered with a secret", async () => {
  const all = await operations();
  const { id } = await server.under.fleet.start("greet", { inputs: { whom: "x" } });
  const odd = fc.constantFrom(...all.keys()).chain((place) => {
    const operation = all[place] as Operation;
    return fc.record({
      place: fc.constant(place),
      part: fc.oneof(oddText, fc.constant(id)),
      query: oddText,
      headers: fc.oneof({ arbitrary: fc.constant({}), weight: 2 }, oddHeaders),
      body: fc.oneof(
        { arbitrary: operation.body.map((value) => JSON.stringify(value)), weight: 4 },
        { arbitrary: rawBody, weight: 1 },
      ),
    });
  });
  await fc.assert(
    fc.asyncProperty(odd, async ({ place, part, query, headers, body }) => {
      const { method, parameters, path: template } = all[place] as Operation;
      const path = template.replace(/\{[a-z]+\}/g, () => encoded(part) || "x");
      const asked = parameters.filter((parameter) => parameter.in === "query");
      // A run that goes on would be followed for ever.
      const search = asked.map(({ name }) => `${name}=${name === "until" ? "history" : encoded(query)}`);
      const response = await fetch(`${server.url}${path}?${search.join("&")}`, {
        ...{ method, ...(method === "GET" ? {} : { body }) },
        headers: {
          authorization: "Bearer secret-of-the-admin",
          "content-type": "application/json",
          ...headers,
        },
      });
      const text = await response.text();
      const request = `${method} ${path}?${search.join("&")} ${JSON.stringify([headers, body])}`;
      expect(response.status, request).toBeLessThan(500);
      expect(text, request).not.toContain("secret-of-the");
    }),
    { numRuns: 500 },
  );
  expect(server.faults).toEqual([]);
});

/** Half of a pair of UTF-16 has no form in an address. */
function encoded(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, "\ufffd"));
}
