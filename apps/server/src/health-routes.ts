/** What an orchestrator asks: alive unless a restart would help, ready while Redis answers. Needs no token. */
import type { FleetClient } from "@runfleet/client";
import { RunfleetError } from "@runfleet/model";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";

/** Less than a probe waits (5 s in the chart), so that it is told why. */
const patienceMs = 2_000;

export function healthRoutes(fleet: FleetClient): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    const config = { role: "anybody", rateLimit: false } as const;
    const schema = { hide: true };
    app.get("/livez", { config, schema }, async (_request, reply) => reply.type("text/plain").send("ok\n"));
    app.get("/readyz", { config, schema }, async (_request, reply) => {
      await answered(fleet.list({ limit: 1 }));
      return reply.type("text/plain").send("ok\n");
    });
    done();
  };
}

async function answered(reply: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `Redis has not answered within ${patienceMs / 1_000} s`;
    timer = setTimeout(() => reject(new RunfleetError("redis_unavailable", message)), patienceMs);
  });
  await Promise.race([reply, late]).finally(() => clearTimeout(timer));
}
