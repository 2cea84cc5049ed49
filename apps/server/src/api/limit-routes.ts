/** Limits of workflows over HTTP: what is set and in use, and changing it while runs wait. */
import type { FleetClient } from "@runfleet/client";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { present } from "../present.js";
import {
  limitBody,
  limitChangedSchema,
  limitListQuery,
  limitPageSchema,
  limitParams,
  limitRemovedSchema,
} from "./limit-documents.js";
import { problems } from "./problems.js";

const tags = ["limits"];

export function limitRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      "/limits",
      {
        config: { role: "viewer" },
        schema: {
          ...{ summary: "Limits that are set, and those in use", tags, operationId: "listLimits" },
          querystring: limitListQuery,
          response: { 200: limitPageSchema, ...problems },
        },
      },
      async (request) => fleet.limits(present(request.query)),
    );
    app.put(
      "/limits/:workflow",
      {
        config: { role: "operator" },
        schema: {
          summary: "Limit a workflow from now on; replaces what was set before",
          ...{ tags, operationId: "setLimit" },
          params: limitParams,
          body: limitBody,
          response: { 200: limitChangedSchema, ...problems },
        },
      },
      async ({ params: { workflow }, body: { rate, ...places } }) => {
        await fleet.setLimit(workflow, {
          ...present(places),
          ...(rate === undefined ? {} : { rate: present(rate) }),
        });
        return { workflow };
      },
    );
    app.delete(
      "/limits/:workflow",
      {
        config: { role: "operator" },
        schema: {
          summary: "Let definitions and starts decide again",
          ...{ tags, operationId: "removeLimit" },
          params: limitParams,
          response: { 200: limitRemovedSchema, ...problems },
        },
      },
      async ({ params: { workflow } }) => ({ workflow, removed: await fleet.removeLimit(workflow) }),
    );
    done();
  };
}
