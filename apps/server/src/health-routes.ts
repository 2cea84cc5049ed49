/** What an orchestrator asks: alive unless a restart would help, ready while Redis answers. Needs no token. */
import type { FleetClient } from "@runfleet/client";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";

export function healthRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    const config = { role: "anybody", rateLimit: false } as const;
    const schema = { hide: true };
    app.get("/livez", { config, schema }, async (_request, reply) => reply.type("text/plain").send("ok\n"));
    app.get("/readyz", { config, schema }, async (_request, reply) => {
      await fleet.list({ limit: 1 });
      return reply.type("text/plain").send("ok\n");
    });
    done();
  };
}
