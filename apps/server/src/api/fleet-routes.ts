/** The fleet over HTTP: who is there, and what is to be done. */
import type { FleetClient } from "@runfleet/client";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { fleetSchema } from "./documents.js";
import { problems } from "./problems.js";

export function fleetRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      "/fleet",
      {
        config: { role: "viewer" },
        schema: {
          summary: "Workers, slots and backlog",
          tags: ["fleet"],
          operationId: "getFleet",
          response: { 200: fleetSchema, ...problems },
        },
      },
      async () => fleet.fleet(),
    );
    done();
  };
}
