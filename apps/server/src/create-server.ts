/** Composes the HTTP side of a fleet: guard, problems, limits, routes. Listens on nothing. */
import { randomUUID } from "node:crypto";
import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import type { FleetClient } from "@runfleet/client";
import { limits, RunfleetError, version } from "@runfleet/model";
import Fastify, { type FastifyInstance } from "fastify";
import { validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { guardRequests } from "./access/guard.js";
import { sessionRoutes } from "./access/session-routes.js";
import { type ApiToken, sessionKey } from "./access/tokens.js";
import { againRoutes } from "./api/again-routes.js";
import { bulkRoutes } from "./api/bulk-routes.js";
import { changeRoutes } from "./api/change-routes.js";
import { eventStreamRoutes } from "./api/event-stream.js";
import { fleetRoutes } from "./api/fleet-routes.js";
import { gateRoutes } from "./api/gate-routes.js";
import { limitRoutes } from "./api/limit-routes.js";
import { oneRunRoutes } from "./api/one-run-routes.js";
import { runRoutes } from "./api/run-routes.js";
import { scheduleRoutes } from "./api/schedule-routes.js";
import { stepRoutes } from "./api/step-routes.js";
import { usageRoutes } from "./api/usage-routes.js";
import { workflowRoutes } from "./api/workflow-routes.js";
import { type AuditEntry, auditChanges } from "./audit.js";
import { boardPath, boardRoutes } from "./board/board-routes.js";
import type { Board } from "./board/open-board.js";
import { healthRoutes } from "./health-routes.js";
import { metricsRoutes, type ServedMetrics } from "./metrics/metrics-routes.js";
import { describeApi } from "./openapi.js";
import { pageRoutes } from "./page-routes.js";
import { answerBadAddress, answerProblems, ownHeaders } from "./problem.js";
import { traceRequests } from "./trace-requests.js";

export interface ServerParts {
  readonly fleet: FleetClient;
  /** Bull Board's view of the fleet; without it there is no `/queues`. Not closed here. */
  readonly board?: Board | undefined;
  /** Empty = everybody who can connect is an admin; only for loopback. */
  readonly tokens: readonly ApiToken[];
  /** Served under `/metrics`; without them there is no such page. */
  readonly metrics?: ServedMetrics | undefined;
  /** Requests of one actor per minute. */
  readonly requestsPerMinute: number;
  /** Gets one line for each request that failed by the server's fault. */
  readonly log: (line: string) => void;
  /** Gets who changed what, as it was answered. */
  readonly audit: (entry: AuditEntry) => void;
}

/** A definition at its limit as JSON text inside JSON, with room for escapes. */
const bodyBytesMax = 2 * limits.definitionBytesMax;
/** Characters of a name in an address, where each byte may be written as three. */
const addressPartMax = 3 * limits.nameBytesMax;
const requestIdPattern = /^[A-Za-z0-9._-]{1,100}$/;

export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { fleet, tokens, log } = parts;
  const app = Fastify({
    bodyLimit: bodyBytesMax,
    forceCloseConnections: true,
    frameworkErrors: answerBadAddress,
    routerOptions: { maxParamLength: addressPartMax },
    genReqId: (request) => {
      const given = request.headers["x-request-id"];
      return typeof given === "string" && requestIdPattern.test(given) ? given : randomUUID();
    },
  }).withTypeProvider<ZodTypeProvider>();
  // A form of another site can send plain text, and no JSON.
  app.removeContentTypeParser("text/plain");
  app.setValidatorCompiler(validatorCompiler);
  // Answers are made by our own code from our own records: they are described, not checked again.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  answerProblems(app, log);
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(ownHeaders(request));
  });
  traceRequests(app);

  await app.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: pagePolicy } });
  await app.register(cookie, { secret: sessionKey(tokens) });
  await app.register(rateLimit, {
    max: parts.requestsPerMinute,
    timeWindow: 60_000,
    hook: "preHandler",
    keyGenerator: ({ actor, ip }) => `${actor.name} ${ip}`,
    errorResponseBuilder: (_request, { after }) =>
      new RunfleetError("rate_limited", `too many requests; send the next one in ${after}`),
  });
  guardRequests(app, tokens);
  auditChanges(app, parts.audit);
  await describeApi(app, version);
  await app.register(healthRoutes(fleet));
  await app.register(pageRoutes);
  if (parts.metrics !== undefined) await app.register(metricsRoutes(parts.metrics));
  const { board } = parts;
  if (board !== undefined) await app.register(boardRoutes({ board, fleet, log }), { prefix: boardPath });
  for (const routes of apiRoutes(parts)) await app.register(routes, { prefix: "/api/v1" });
  return app;
}

function apiRoutes({ fleet, tokens }: ServerParts) {
  return [
    sessionRoutes(tokens),
    runRoutes(fleet),
    oneRunRoutes(fleet),
    stepRoutes(fleet),
    eventStreamRoutes(fleet),
    changeRoutes(fleet),
    bulkRoutes(fleet),
    againRoutes(fleet),
    gateRoutes(fleet),
    workflowRoutes(fleet),
    scheduleRoutes(fleet),
    limitRoutes(fleet),
    fleetRoutes(fleet),
    usageRoutes(fleet),
  ];
}

/** Everything comes from this server itself; nothing may be framed, and no script stands in a page. */
const pagePolicy = {
  defaultSrc: ["'self'"],
  styleSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};
