/** What workflows used, over HTTP. */
import type { FleetClient } from "@runfleet/client";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { present } from "../present.js";
import { problems } from "./problems.js";
import { usageQuery, usageSchema } from "./usage-documents.js";

export function usageRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      "/usage",
      {
        config: { role: "viewer" },
        schema: {
          summary: "Cost, tokens and ended runs per workflow and day",
          ...{ tags: ["fleet"], operationId: "getUsage" },
          querystring: usageQuery,
          response: { 200: usageSchema, ...problems },
        },
      },
      async (request) => fleet.usage(present(request.query)),
    );
    done();
  };
}
