/** The newest runs as one plain page. */
import type { FleetClient } from "@runfleet/client";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { runsPage, runsStyle } from "./runs-page.js";

const rowsShown = 100;

export function pageRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    const schema = { hide: true };
    app.get("/", { config: { role: "viewer" }, schema }, async (_request, reply) => {
      const { runs } = await fleet.list({ limit: rowsShown });
      return reply.type("text/html; charset=utf-8").send(runsPage(runs));
    });
    app.get("/runs.css", { config: { role: "anybody" }, schema }, async (_request, reply) =>
      reply.type("text/css; charset=utf-8").send(runsStyle),
    );
    done();
  };
}
