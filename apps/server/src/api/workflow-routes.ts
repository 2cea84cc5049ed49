/** Workflows over HTTP: what is published, publishing, checking. */
import type { FleetClient, WorkflowSource } from "@runfleet/client";
import type { Definition } from "@runfleet/model";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { present } from "../present.js";
import { diagnosticsSchema, publishedSchema, versionSchema, workflowListSchema } from "./documents.js";
import { problems } from "./problems.js";
import { name, publishBody } from "./requests.js";

export function workflowRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      "/workflows",
      {
        config: { role: "viewer" },
        schema: {
          summary: "Published workflows",
          tags: ["workflows"],
          operationId: "listWorkflows",
          response: { 200: workflowListSchema, ...problems },
        },
      },
      async () => ({ workflows: [...(await fleet.workflows())] }),
    );
    app.get(
      "/workflows/:name",
      {
        config: { role: "viewer" },
        schema: {
          summary: "What is published under a name: what a start would use",
          tags: ["workflows"],
          operationId: "getWorkflow",
          params: z.object({ name }),
          response: { 200: publishedSchema, ...problems },
        },
      },
      async (request) => fleet.workflow(request.params.name),
    );
    app.post(
      "/workflows",
      {
        config: { role: "admin" },
        schema: {
          summary: "Publish a workflow, as text or as a definition",
          tags: ["workflows"],
          operationId: "publishWorkflow",
          body: publishBody,
          response: { 201: versionSchema, ...problems },
        },
      },
      async (request, reply) => {
        const [version] = await fleet.publish([workflowOf(request.body)]);
        if (version === undefined) throw new TypeError("one workflow gives one version");
        return reply.code(201).send(version);
      },
    );
    app.post(
      "/validate",
      {
        config: { role: "viewer" },
        schema: {
          summary: "Check a workflow without publishing it",
          tags: ["workflows"],
          operationId: "validateWorkflow",
          body: publishBody,
          response: { 200: diagnosticsSchema, ...problems },
        },
      },
      async (request) => {
        const diagnostics = await fleet.validate(workflowOf(request.body));
        return {
          ok: diagnostics.every(({ severity }) => severity !== "error"),
          diagnostics: [...diagnostics],
        };
      },
    );
    done();
  };
}

function workflowOf({ source, file, definition }: z.infer<typeof publishBody>): Definition | WorkflowSource {
  if (definition !== undefined) return definition;
  return present({ source: source ?? "", file });
}
