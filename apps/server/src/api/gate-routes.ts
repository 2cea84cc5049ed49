/** Gates over HTTP: what waits for an answer, and the answers. An answer is durable when the request is answered. */
import type { FleetClient } from "@runfleet/client";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { present } from "../present.js";
import { acceptedSchema, gatePageSchema } from "./documents.js";
import { problems } from "./problems.js";
import { answerBody, gateListQuery, gateParams } from "./requests.js";

const response = { 200: acceptedSchema, ...problems };

export function gateRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      "/gates",
      {
        config: { role: "viewer" },
        schema: {
          summary: "Open gates, oldest first",
          tags: ["gates"],
          operationId: "listGates",
          querystring: gateListQuery,
          response: { 200: gatePageSchema, ...problems },
        },
      },
      async (request) => fleet.gates(present(request.query)),
    );
    for (const verdict of ["approve", "reject"] as const) {
      app.post(
        `/runs/:id/gates/:gate/${verdict}`,
        {
          config: { role: "operator" },
          schema: {
            summary: `${verdict === "approve" ? "Approve" : "Reject"} an open gate; the first answer wins`,
            tags: ["gates"],
            operationId: `${verdict}Gate`,
            params: gateParams,
            body: answerBody.nullish(),
            response,
          },
        },
        async ({ params: { id, gate }, body, actor }) => {
          await fleet[verdict](id, gate, present({ ...body, by: actor.name }));
          return { id };
        },
      );
    }
    done();
  };
}
