/** The description of the API, made from the schemas that requests are checked with: OpenAPI 3.1 at `/api/openapi.json`. */
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";

export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Runfleet",
        version,
        description: "Workflow runs on a fleet of workers. Errors are problem documents (RFC 9457).",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: "/" }],
      tags: [
        { name: "runs", description: "Start, look at, follow and change runs" },
        { name: "gates", description: "What waits for a person" },
        { name: "workflows", description: "Definitions" },
        { name: "schedules", description: "Runs by the clock" },
        { name: "fleet", description: "Workers and backlog" },
        { name: "session", description: "Signing in to the pages" },
      ],
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "bearer" },
          session: { type: "apiKey", in: "cookie", name: "runfleet_session" },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route);
      return { url, schema: { ...schema, "x-required-role": route.route.config?.role } };
    },
    transformObject: (document) => onlyUsedSchemas(jsonSchemaTransformObject(document)),
  });
  app.get("/api/openapi.json", { config: { role: "viewer" }, schema: { hide: true } }, async () =>
    app.swagger(),
  );
}

const schemaReference = /"#\/components\/schemas\/([^"/]+)/g;

/**
 * The library describes every schema twice, as it is sent (`RunInput`) and as it is answered (`Run`). Leaves out what
 * nothing refers to, and names a schema that is only sent like the schema itself.
 */
function onlyUsedSchemas<T extends object>(document: T): T {
  const { components, ...rest } = document as { components?: { schemas?: Record<string, object> } };
  const schemas = components?.schemas ?? {};
  const used = new Set<string>();
  const follow = (part: object): void => {
    for (const [, name = ""] of JSON.stringify(part).matchAll(schemaReference)) {
      const schema = schemas[name];
      if (schema === undefined || used.has(name)) continue;
      used.add(name);
      follow(schema);
    }
  };
  follow(rest);
  const shortened = [...used].filter((name) => name.endsWith("Input") && !used.has(nameOf(name)));
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  let text = JSON.stringify({ ...document, components: { ...components, schemas: kept } });
  for (const name of shortened) {
    text = text
      .replaceAll(`schemas/${name}"`, `schemas/${nameOf(name)}"`)
      .replace(`"${name}":`, `"${nameOf(name)}":`);
  }
  return JSON.parse(text) as T;
}

function nameOf(input: string): string {
  return input.slice(0, -"Input".length);
}
