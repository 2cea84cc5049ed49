/**
 * Every request passes here before its route: who asks, whether their role is enough, whether another site sent it.
 * Without tokens the server is for this machine alone, and everybody on it is an admin.
 */
import { RunfleetError } from "@runfleet/model";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { sessionOf } from "./sessions.js";
import { type Actor, type ApiToken, mayAct, type Role, tokenOf } from "./tokens.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The least role that may use the route; `anybody` needs no token. */
    role?: Role | "anybody";
  }
  interface FastifyRequest {
    actor: Actor;
  }
}

/** Who asks where no tokens are configured. */
const localActor: Actor = { name: "local", role: "admin" };
const nobody: Actor = { name: "nobody", role: "viewer" };

const loopbackNames: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Requests of one address without a token that is known, in a minute: a page that has lost its session asks less. */
const unknownPerMinute = 300;

/** Needs the rate limits to be registered. */
export function guardRequests(app: FastifyInstance, tokens: readonly ApiToken[]): void {
  const countUnknown = app.createRateLimit({
    ...{ max: unknownPerMinute, timeWindow: 60_000 },
    keyGenerator: ({ ip }) => `unknown ${ip}`,
  });
  app.decorateRequest("actor");
  app.addHook("onRequest", async (request) => {
    checkHost(request, tokens);
    checkOrigin(request);
    const wanted = request.routeOptions.config.role ?? "admin";
    const actor = tokens.length === 0 ? localActor : actorOf(request, tokens);
    request.actor = actor ?? nobody;
    if (wanted === "anybody") return;
    if (actor === undefined) {
      const counted = await countUnknown(request);
      if (!counted.isAllowed && counted.isExceeded) {
        throw new RunfleetError("rate_limited", "too many requests without a valid token; wait a minute");
      }
      throw new RunfleetError("unauthenticated", "send a token as `Authorization: Bearer SECRET`");
    }
    if (!mayAct(actor.role, wanted)) {
      throw new RunfleetError(
        "forbidden",
        `${actor.name} has the role ${actor.role}, and this needs ${wanted}`,
      );
    }
  });
}

/** A page of another site must not reach a server without tokens under a name of its own. */
function checkHost(request: FastifyRequest, tokens: readonly ApiToken[]): void {
  if (tokens.length > 0 || loopbackNames.has(request.hostname)) return;
  throw new RunfleetError("forbidden", "a server without tokens answers on loopback names only");
}

/** A browser says where a request comes from; programs say nothing. */
function checkOrigin(request: FastifyRequest): void {
  if (safeMethods.has(request.method)) return;
  const { origin, "sec-fetch-site": site } = request.headers;
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.host);
  if (isOwn && (site === undefined || site === "same-origin" || site === "none")) return;
  throw new RunfleetError(
    "forbidden",
    "requests that change something are taken from this site's own pages only",
  );
}

function actorOf(request: FastifyRequest, tokens: readonly ApiToken[]): Actor | undefined {
  const [scheme, secret] = (request.headers.authorization ?? "").split(" ");
  if (scheme?.toLowerCase() === "bearer" && secret !== undefined) return tokenOf(tokens, secret);
  return sessionOf(request, tokens);
}
