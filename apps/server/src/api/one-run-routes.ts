/** One run over HTTP: how it stands, what it executes, why it is not moving. */
import type { FleetClient } from "@runfleet/client";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { present } from "../present.js";
import { explanationSchema, logPageSchema, runDefinitionSchema, runSchema } from "./documents.js";
import { problems } from "./problems.js";
import { logQuery, runParams } from "./requests.js";

export function oneRunRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      "/runs/:id",
      {
        config: { role: "viewer" },
        schema: {
          summary: "One run with its steps",
          tags: ["runs"],
          operationId: "getRun",
          params: runParams,
          response: { 200: runSchema, ...problems },
        },
      },
      async (request) => fleet.get(request.params.id),
    );
    app.get(
      "/runs/:id/definition",
      {
        config: { role: "viewer" },
        schema: {
          summary: "The version of its workflow that the run uses",
          tags: ["runs"],
          operationId: "getRunDefinition",
          params: runParams,
          response: { 200: runDefinitionSchema, ...problems },
        },
      },
      async (request) => fleet.definition(request.params.id),
    );
    app.get(
      "/runs/:id/logs",
      {
        config: { role: "viewer" },
        schema: {
          summary: "What the run's actions and scripts have said, oldest first",
          description:
            "Bounded per step and run. To follow a run, ask again with the id of the last line as `cursor`.",
          tags: ["runs"],
          operationId: "readLog",
          params: runParams,
          querystring: logQuery,
          response: { 200: logPageSchema, ...problems },
        },
      },
      async (request) => fleet.readLog(request.params.id, present(request.query)),
    );
    app.get(
      "/runs/:id/explanation",
      {
        config: { role: "viewer" },
        schema: {
          summary: "Why the run is not moving, and what to do",
          tags: ["runs"],
          operationId: "explainRun",
          params: runParams,
          response: { 200: explanationSchema, ...problems },
        },
      },
      async (request) => fleet.explain(request.params.id),
    );
    done();
  };
}
