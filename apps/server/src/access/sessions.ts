/**
 * Sessions of people who look at the pages: a token is exchanged for a signed cookie that scripts cannot read and other
 * sites cannot send. Nothing is stored; changing the tokens ends every session.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Actor, ApiToken } from "./tokens.js";

const cookieName = "runfleet_session";
/** A working day: who looks at the fleet in the morning still does in the evening. */
const sessionMs = 12 * 3_600_000;

export function openSession(reply: FastifyReply, actor: Actor, isSecure: boolean): void {
  const value = `${actor.name}|${Date.now() + sessionMs}`;
  reply.setCookie(cookieName, value, {
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    secure: isSecure,
    signed: true,
    maxAge: sessionMs / 1_000,
  });
}

export function closeSession(reply: FastifyReply): void {
  reply.clearCookie(cookieName, { path: "/" });
}

/** Who the session belongs to, with the role that their token has now; nothing when it is none or over. */
export function sessionOf(request: FastifyRequest, tokens: readonly ApiToken[]): Actor | undefined {
  const cookie = request.cookies[cookieName];
  if (cookie === undefined) return undefined;
  const { valid, value } = request.unsignCookie(cookie);
  if (!valid || value === null) return undefined;
  const separator = value.lastIndexOf("|");
  const name = value.slice(0, separator);
  if (!(Number(value.slice(separator + 1)) > Date.now())) return undefined;
  return tokens.find((token) => token.name === name);
}
