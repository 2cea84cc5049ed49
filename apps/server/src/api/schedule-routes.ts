/** Schedules over HTTP: adding, looking, pausing, running by hand, removing. */
import type { FleetClient } from "@runfleet/client";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { present } from "../present.js";
import { startedSchema } from "./documents.js";
import { problems } from "./problems.js";
import {
  firingListQuery,
  firingListSchema,
  scheduleBody,
  scheduleListQuery,
  schedulePageSchema,
  scheduleParams,
  scheduleSchema,
} from "./schedule-documents.js";

const tags = ["schedules"];

export function scheduleRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    void app.register(readRoutes(fleet));
    void app.register(changeRoutes(fleet));
    done();
  };
}

function readRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  const config = { role: "viewer" } as const;
  return (app, _options, done) => {
    app.get(
      "/schedules",
      {
        config,
        schema: {
          ...{ summary: "Schedules, by name", tags, operationId: "listSchedules" },
          querystring: scheduleListQuery,
          response: { 200: schedulePageSchema, ...problems },
        },
      },
      async (request) => fleet.schedules(present(request.query)),
    );
    app.get(
      "/schedules/:name",
      {
        config,
        schema: {
          ...{ summary: "One schedule", tags, operationId: "getSchedule" },
          params: scheduleParams,
          response: { 200: scheduleSchema, ...problems },
        },
      },
      async ({ params: { name } }) => fleet.getSchedule(name),
    );
    app.get(
      "/schedules/:name/firings",
      {
        config,
        schema: {
          ...{ summary: "What became of its newest due times", tags, operationId: "listFirings" },
          params: scheduleParams,
          querystring: firingListQuery,
          response: { 200: firingListSchema, ...problems },
        },
      },
      async ({ params: { name }, query }) => ({
        firings: [...(await fleet.scheduleFirings(name, present(query)))],
      }),
    );
    done();
  };
}

function changeRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  const response = { 200: scheduleSchema, ...problems };
  return (app, _options, done) => {
    app.post(
      "/schedules",
      {
        config: { role: "admin" },
        schema: {
          ...{ summary: "Add a schedule or replace the one of this name", tags, operationId: "putSchedule" },
          body: scheduleBody,
          response: { ...response, 201: scheduleSchema },
        },
      },
      async ({ body: { name, ...options } }, reply) => {
        const { change, schedule } = await fleet.schedule(name, present(options));
        return reply.code(change === "created" ? 201 : 200).send(schedule);
      },
    );
    app.delete(
      "/schedules/:name",
      {
        config: { role: "admin" },
        schema: {
          ...{ summary: "Remove a schedule; its runs stay", tags, operationId: "removeSchedule" },
          params: scheduleParams,
          response,
        },
      },
      async ({ params: { name } }) => {
        const schedule = await fleet.getSchedule(name);
        await fleet.unschedule(name);
        return schedule;
      },
    );
    for (const change of ["pause", "resume"] as const) {
      const summary =
        change === "pause" ? "Start nothing until it is resumed" : "Go on with the next due time";
      app.post(
        `/schedules/:name/${change}`,
        {
          config: { role: "operator" },
          schema: {
            ...{ summary, tags, operationId: `${change}Schedule` },
            params: scheduleParams,
            response,
          },
        },
        async ({ params: { name }, actor }) => {
          await fleet[`${change}Schedule`](name, { by: actor.name });
          return fleet.getSchedule(name);
        },
      );
    }
    app.post(
      "/schedules/:name/run",
      {
        config: { role: "operator" },
        schema: {
          ...{ summary: "Start a run of it now; the due times stay", tags, operationId: "runSchedule" },
          params: scheduleParams,
          response: { 201: startedSchema, ...problems },
        },
      },
      async ({ params: { name }, actor }, reply) => {
        const { id, status } = await fleet.fireSchedule(name, { by: actor.name });
        return reply.code(201).send({ id, status });
      },
    );
    done();
  };
}
