/** Who did what: one entry for every request that may change something, as it was answered. */
import type { FastifyInstance } from "fastify";

export interface AuditEntry {
  readonly actor: string;
  readonly role: string;
  readonly method: string;
  /** The route, e.g. `/api/v1/runs/:id/cancel`. */
  readonly route: string;
  readonly runId?: string;
  /** Of a change of many: how many runs it chose and changed in this request. */
  readonly many?: { readonly matched: number; readonly changed: number };
  readonly status: number;
  readonly requestId: string;
}

declare module "fastify" {
  interface FastifyRequest {
    /** What the audit shall say besides; set by the route. */
    auditMany: AuditEntry["many"];
  }
}

const reading: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

export function auditChanges(app: FastifyInstance, audit: (entry: AuditEntry) => void): void {
  app.decorateRequest("auditMany");
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url;
    if (reading.has(request.method) || route === undefined) return;
    // Bull Board's name for it; a job has its run's id.
    const { jobId, id = jobId } = (request.params ?? {}) as { readonly id?: string; readonly jobId?: string };
    audit({
      actor: request.actor.name,
      role: request.actor.role,
      method: request.method,
      route,
      status: reply.statusCode,
      requestId: request.id,
      ...(id === undefined ? {} : { runId: id }),
      ...(request.auditMany === undefined ? {} : { many: request.auditMany }),
    });
  });
}
