/**
 * The pages: one document for every address a person may open, and what it loads. They hold no data, so they need no
 * token; what they show they ask the API for.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import staticFiles from "@fastify/static";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";

const site = join(
  dirname(createRequire(import.meta.url).resolve("@runfleet/pages/package.json")),
  "dist",
  "site",
);

/** Addresses of pages; the document finds out by itself which one it is. */
const addresses = ["/", "/runs/:id", "/gates", "/schedules", "/cost", "/limits", "/fleet", "/start"] as const;
/** Names of these files change with their content. */
const forever = "public, max-age=31536000, immutable";

const open = { config: { role: "anybody", rateLimit: false }, schema: { hide: true } } as const;

export const pageRoutes: FastifyPluginAsyncZod = async (app) => {
  await app.register(staticFiles, { root: site, serve: false, cacheControl: false });
  for (const address of addresses) {
    app.get(address, open, (_request, reply) => reply.sendFile("index.html"));
  }
  app.get("/icon.svg", open, (_request, reply) => reply.sendFile("icon.svg"));
  app.get(
    "/assets/:file",
    { ...open, schema: { hide: true, params: z.object({ file: z.string().regex(/^[\w.-]+$/) }) } },
    (request, reply) => reply.header("cache-control", forever).sendFile(`assets/${request.params.file}`),
  );
};
