/** The fleet over HTTP: who is there, what is to be done, and how many workers that needs. */
import type { FleetClient } from "@runfleet/client";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { fleetSchema } from "./documents.js";
import { problems } from "./problems.js";
import { scalerQuery, scalingSchema } from "./scaling-documents.js";

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
    app.get(
      "/scaler",
      {
        config: { role: "viewer" },
        schema: {
          summary: "Workers that a pool should have, for autoscalers",
          tags: ["fleet"],
          operationId: "getScaling",
          querystring: scalerQuery,
          response: { 200: scalingSchema, ...problems },
        },
      },
      async ({ query }) => fleet.scaling(query.pool),
    );
    done();
  };
}
