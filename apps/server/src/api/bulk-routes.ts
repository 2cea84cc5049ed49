/**
 * The same change to many runs over HTTP. A request looks at so many runs and no more, and answers with a cursor from which
 * the next one goes on: nobody waits long, nothing is unbounded, and who stops asking has stopped it.
 */
import type { FleetClient, ManyDocument } from "@runfleet/client";
import { limits, runStatuses } from "@runfleet/model";
import type { FastifyRequest } from "fastify";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { present } from "../present.js";
import { problems } from "./problems.js";
import { name } from "./requests.js";

/** A dry run only reads; changes take a second at this rate, which leaves Redis to the workers. */
const pages = { dryRun: 10, change: 2 } as const;
const perSecond = 200;
const idsMax = 200;

const filter = z
  .strictObject({
    workflow: name.optional(),
    status: z.enum(runStatuses).optional().describe("default: every status the change is for"),
    label: name.optional().describe("exactly this label"),
    labelPrefix: name.optional().describe("how the label begins"),
    olderThanMs: z.int().min(0).optional().describe("created at least this long ago"),
    ids: z.array(name).min(1).max(idsMax).optional().describe("exactly these runs"),
    all: z.boolean().optional().describe("says that none of the others is meant"),
  })
  .meta({ id: "RunFilter" });

const request = {
  filter,
  dryRun: z.boolean().optional().describe("only counts"),
  cursor: z.string().min(1).max(500).optional().describe("of the answer before, to the same filter"),
};

const retryBody = z.strictObject(request).meta({ id: "RetryManyRequest" });
const cancelBody = z
  .strictObject({ ...request, reason: z.string().max(limits.nameBytesMax).optional() })
  .meta({ id: "CancelManyRequest" });

const manySchema: z.ZodType<ManyDocument> = z
  .object({
    dryRun: z.boolean(),
    ended: z
      .enum(["running", "done", "limit", "stopped"])
      .describe("`limit`: there is more from `cursor` on"),
    cursor: z.string().nullable().describe("hand it to the next request; null after the last one"),
    matched: z.int().describe("runs that the filter chose"),
    changed: z.int(),
    skipped: z.record(z.string(), z.int()).describe("runs that had changed meanwhile: error code → how many"),
    failed: z.int(),
    failures: z
      .array(z.object({ id: z.string(), code: z.string(), message: z.string() }))
      .describe("of some"),
    sample: z
      .array(
        z.object({
          id: z.string(),
          workflow: z.string(),
          status: z.enum(runStatuses),
          label: z.string().nullable(),
          createdAt: z.iso.datetime(),
        }),
      )
      .describe("some of those that were chosen"),
  })
  .meta({ id: "Many" });

const description =
  "Root runs only, newest first; their children go with them. Looks at some hundred runs and answers with a cursor; ask again with it until it is null.";

export function bulkRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      "/runs/bulk/cancel",
      {
        config: { role: "operator" },
        schema: {
          summary: "Cancel the runs that a filter chooses, some at a time",
          ...{ description, tags: ["runs"], operationId: "cancelManyRuns" },
          body: cancelBody,
          response: { 200: manySchema, ...problems },
        },
      },
      async (request) => {
        const { filter, reason, ...body } = request.body;
        const options = { ...shapeOf(body), reason, by: request.actor.name };
        return audited(request, await fleet.cancelMany(present(filter), present(options)));
      },
    );
    app.post(
      "/runs/bulk/retry",
      {
        config: { role: "operator" },
        schema: {
          summary: "Retry the failed runs that a filter chooses, some at a time",
          ...{ description, tags: ["runs"], operationId: "retryManyRuns" },
          body: retryBody,
          response: { 200: manySchema, ...problems },
        },
      },
      async (request) => {
        const { filter, ...body } = request.body;
        const options = { ...shapeOf(body), by: request.actor.name };
        return audited(request, await fleet.retryMany(present(filter), present(options)));
      },
    );
    done();
  };
}

function shapeOf({ dryRun, cursor }: { dryRun?: boolean | undefined; cursor?: string | undefined }) {
  return { dryRun, cursor, perSecond, pages: dryRun === true ? pages.dryRun : pages.change };
}

function audited(request: FastifyRequest, told: ManyDocument): ManyDocument {
  request.auditMany = { matched: told.matched, changed: told.changed };
  return told;
}
