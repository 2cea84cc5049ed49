/** One step of a run over HTTP: what it was given. */
import type { FleetClient } from "@runfleet/client";
import { givenTo } from "@runfleet/engine";
import { type GivenDocument, RunfleetError } from "@runfleet/model";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { present } from "../present.js";
import { givenSchema } from "./documents.js";
import { problems } from "./problems.js";
import { stepParams, stepQuery } from "./requests.js";

export function stepRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      "/runs/:id/steps/:address/variables",
      {
        config: { role: "viewer" },
        schema: {
          summary: "The variables that an attempt of a step was given",
          description:
            "Worked out from what is stored of the run, as of when the attempt began; secret inputs are masked.",
          tags: ["runs"],
          operationId: "getStepVariables",
          params: stepParams,
          querystring: stepQuery,
          response: { 200: givenSchema, ...problems },
        },
      },
      async (request) => readGiven(fleet, request.params, present(request.query)),
    );
    done();
  };
}

async function readGiven(
  fleet: FleetClient,
  { id, address }: { readonly id: string; readonly address: string },
  query: { readonly attempt?: number },
): Promise<GivenDocument> {
  const [run, { definition }] = await Promise.all([fleet.get(id), fleet.definition(id)]);
  const given = givenTo(run, definition, { address, ...query });
  if (given !== undefined) return given;
  const attempt = query.attempt === undefined ? "" : ` with an attempt ${query.attempt}`;
  const message = `run ${id} has no step at ${JSON.stringify(address)}${attempt}; its document names those it has`;
  throw new RunfleetError("route_not_found", message, { details: { runId: id, address } });
}
