/** Runs over HTTP: start and list. */
import type { FleetClient } from "@runfleet/client";
import { RunfleetError } from "@runfleet/model";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { present } from "../present.js";
import { runPageSchema, startedSchema } from "./documents.js";
import { problems } from "./problems.js";
import { runListQuery, startBody, startHeaders } from "./requests.js";

export function runRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      "/runs",
      {
        config: { role: "operator" },
        schema: {
          summary: "Start a run",
          description:
            "201 for a new run; 200 with the run that exists when the idempotency key was used before.",
          tags: ["runs"],
          operationId: "startRun",
          headers: startHeaders,
          body: startBody,
          response: { 200: startedSchema, 201: startedSchema, ...problems },
        },
      },
      async (request, reply) => {
        const { workflow, ...options } = request.body;
        const idempotencyKey = keyOf(options.idempotencyKey, request.headers["idempotency-key"]);
        const run = await fleet.start(workflow, present({ ...options, idempotencyKey }));
        const code = run.isRepeat ? 200 : 201;
        return reply
          .code(code)
          .header("location", `/api/v1/runs/${encodeURIComponent(run.id)}`)
          .send({ id: run.id, status: run.status });
      },
    );
    app.get(
      "/runs",
      {
        config: { role: "viewer" },
        schema: {
          summary: "List runs, newest first",
          tags: ["runs"],
          operationId: "listRuns",
          querystring: runListQuery,
          response: { 200: runPageSchema, ...problems },
        },
      },
      async (request) => fleet.list(present(request.query)),
    );
    done();
  };
}

/** Two different keys are a mistake of the caller, not a choice of ours. */
function keyOf(inBody: string | undefined, inHeader: string | undefined): string | undefined {
  if (inBody !== undefined && inHeader !== undefined && inBody !== inHeader) {
    throw new RunfleetError(
      "invalid_usage",
      "the header Idempotency-Key and the body's idempotencyKey differ; send one",
    );
  }
  return inBody ?? inHeader;
}
