/** What changes a run over HTTP: cancel, terminate, retry, signals. Each is durable when it is answered. */
import type { FleetClient } from "@runfleet/client";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { present } from "../present.js";
import { acceptedSchema, signalledSchema } from "./documents.js";
import { problems } from "./problems.js";
import { cancelBody, runParams, signalBody } from "./requests.js";

const response = { 200: acceptedSchema, ...problems };

export function changeRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      "/runs/:id/cancel",
      {
        config: { role: "operator" },
        schema: {
          summary: "Ask a run to end; its `always` block still runs",
          tags: ["runs"],
          operationId: "cancelRun",
          params: runParams,
          body: cancelBody.nullish(),
          response,
        },
      },
      async ({ params: { id }, body, actor }) => {
        await fleet.cancel(id, present({ reason: body?.reason, by: actor.name }));
        return { id };
      },
    );
    app.post(
      "/runs/:id/terminate",
      {
        config: { role: "admin" },
        schema: {
          summary: "End a run at once, whatever its worker does",
          tags: ["runs"],
          operationId: "terminateRun",
          params: runParams,
          response,
        },
      },
      async ({ params: { id }, actor }) => {
        await fleet.terminate(id, { by: actor.name });
        return { id };
      },
    );
    app.post(
      "/runs/:id/retry",
      {
        config: { role: "operator" },
        schema: {
          summary: "Go on with a failed run from the step that failed",
          tags: ["runs"],
          operationId: "retryRun",
          params: runParams,
          response,
        },
      },
      async ({ params: { id }, actor }) => {
        await fleet.retry(id, { by: actor.name });
        return { id };
      },
    );
    app.post(
      "/runs/:id/signals",
      {
        config: { role: "operator" },
        schema: {
          summary: "Send a signal; kept until a gate waits for it",
          tags: ["runs"],
          operationId: "signalRun",
          params: runParams,
          body: signalBody,
          response: { 200: signalledSchema, ...problems },
        },
      },
      async ({ params: { id }, body: { name, ...options } }) => {
        const { expected, ...receipt } = await fleet.signal(id, name, present(options));
        return { id, ...receipt, expected: [...expected] };
      },
    );
    done();
  };
}
