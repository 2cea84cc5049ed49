/** New runs from earlier ones over HTTP: rerun, fork. */
import type { FleetClient, StartedRun } from "@runfleet/client";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { present } from "../present.js";
import { startedSchema } from "./documents.js";
import { problems } from "./problems.js";
import { forkBody, rerunBody, runParams } from "./requests.js";

const description =
  "201 for a new run; 200 with the run that exists when the idempotency key was used before.";
const response = { 200: startedSchema, 201: startedSchema, ...problems };

export function againRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      "/runs/:id/rerun",
      {
        config: { role: "operator" },
        schema: {
          summary: "Start a new run with the version, inputs and options of an earlier one",
          description,
          tags: ["runs"],
          operationId: "rerunRun",
          params: runParams,
          body: rerunBody.nullish(),
          response,
        },
      },
      async ({ params: { id }, body }, reply) => {
        const run = await fleet.rerun(id, present(body ?? {}));
        return reply
          .code(run.isRepeat ? 200 : 201)
          .header("location", placeOf(run))
          .send(told(run));
      },
    );
    app.post(
      "/runs/:id/fork",
      {
        config: { role: "operator" },
        schema: {
          summary: "Start a new run that keeps an ended run's results before a step, and goes on from there",
          description,
          tags: ["runs"],
          operationId: "forkRun",
          params: runParams,
          body: forkBody,
          response,
        },
      },
      async ({ params: { id }, body: { from, ...changes } }, reply) => {
        const run = await fleet.fork(id, { from, ...present(changes) });
        return reply
          .code(run.isRepeat ? 200 : 201)
          .header("location", placeOf(run))
          .send(told(run));
      },
    );
    done();
  };
}

function placeOf({ id }: StartedRun): string {
  return `/api/v1/runs/${encodeURIComponent(id)}`;
}

function told({ id, status }: StartedRun): Pick<StartedRun, "id" | "status"> {
  return { id, status };
}
