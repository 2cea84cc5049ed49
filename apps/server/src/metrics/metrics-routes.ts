/** Metrics for a scraper. Whoever may look at the fleet may look at them; a scraper without a token only where that was allowed. */

import type { Recorder } from "@runfleet/metrics";
import { metricsPage } from "@runfleet/service";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";

export interface ServedMetrics {
  readonly recorder: Recorder<"server">;
  /** True: `/metrics` needs no token, whatever tokens there are. Default: a viewer's. */
  readonly isOpen?: boolean;
}

export function metricsRoutes({ recorder, isOpen = false }: ServedMetrics): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    const config = isOpen ? { role: "anybody" as const } : { role: "viewer" as const };
    app.get("/metrics", { config, schema: { hide: true } }, async (_request, reply) => {
      const { contentType, text } = await metricsPage(recorder);
      return reply.type(contentType).send(text);
    });
    done();
  };
}
