/** Signing in and out of the pages: a token for a cookie. */
import { RunfleetError } from "@runfleet/model";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { problems } from "../api/problems.js";
import { sessionBody } from "../api/requests.js";
import { closeSession, openSession } from "./sessions.js";
import { type ApiToken, roles, tokenOf } from "./tokens.js";

const actorSchema = z.object({ name: z.string(), role: z.enum(roles) }).meta({ id: "Actor" });
const response = { 200: actorSchema, ...problems };
const tags = ["session"];

export function sessionRoutes(tokens: readonly ApiToken[]): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      "/session",
      {
        // Guessing is slow even where secrets are short.
        config: { role: "anybody", rateLimit: { max: 20, timeWindow: 60_000 } },
        schema: { summary: "Sign in with a token", tags, operationId: "signIn", body: sessionBody, response },
      },
      async (request, reply) => {
        const token = tokenOf(tokens, request.body.token);
        if (token === undefined) throw new RunfleetError("unauthenticated", "no token has this secret");
        openSession(reply, token, request.protocol === "https");
        return { name: token.name, role: token.role };
      },
    );
    app.get(
      "/session",
      {
        config: { role: "viewer" },
        schema: { summary: "Who I am, and what I may do", tags, operationId: "getSession", response },
      },
      async ({ actor: { name, role } }) => ({ name, role }),
    );
    app.delete(
      "/session",
      {
        config: { role: "anybody" },
        schema: {
          summary: "Sign out",
          tags,
          operationId: "signOut",
          response: { 204: z.null(), ...problems },
        },
      },
      async (_request, reply) => {
        closeSession(reply);
        return reply.code(204).send(null);
      },
    );
    done();
  };
}
