/**
 * API tokens: who may use the HTTP side, and how much. Read once from `name:role:secret` texts; secrets are compared
 * in constant time and never repeated in errors.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { RunfleetError } from "@runfleet/model";

/** Each role may do everything that the ones before it may. */
export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** Somebody who asks. `name` is recorded with what they do. */
export interface Actor {
  readonly name: string;
  readonly role: Role;
}

export interface ApiToken extends Actor {
  readonly secret: string;
}

/** Shorter secrets can be guessed. */
const secretCharsMin = 16;
const namePattern = /^[A-Za-z0-9._@-]{1,100}$/;

/**
 * Reads `name:role:secret` texts between commas. A secret may hold colons, no commas and no spaces.
 * Throws `invalid_config` that names the token by its place, never by its text.
 */
export function parseTokens(text: string): readonly ApiToken[] {
  const tokens = text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map((entry, index) => parseToken(entry, index + 1));
  const names = tokens.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw refused(`two of them are named ${twice}`);
  return tokens;
}

function parseToken(entry: string, place: number): ApiToken {
  const [name = "", role = "", ...rest] = entry.split(":");
  const secret = rest.join(":");
  // What stands in the wrong place may be a secret: it is not repeated.
  if (rest.length === 0 || !namePattern.test(name)) {
    throw refused(`number ${place} is not of the form name:role:secret`);
  }
  if (!isRole(role)) throw refused(`the role of ${name} must be one of ${roles.join(", ")}`);
  if (secret.length < secretCharsMin || /\s/.test(secret)) {
    throw refused(`the secret of ${name} must have at least ${secretCharsMin} characters and no spaces`);
  }
  return { name, role, secret };
}

function refused(why: string): RunfleetError {
  return new RunfleetError("invalid_config", `the API tokens cannot be used: ${why}`);
}

function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}

/** True when `role` may do what `wanted` may. */
export function mayAct(role: Role, wanted: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(wanted);
}

/** The token with this secret. Looks at every token in full, whichever fits. */
export function tokenOf(tokens: readonly ApiToken[], secret: string): ApiToken | undefined {
  let found: ApiToken | undefined;
  const given = digest(secret);
  for (const token of tokens) {
    if (timingSafeEqual(digest(token.secret), given)) found = token;
  }
  return found;
}

/** Equal lengths for the comparison, whatever was sent. */
function digest(text: string): Buffer {
  return createHmac("sha256", "runfleet token").update(text).digest();
}

/** The key that signs sessions: the same for every server with these tokens, another one when they change. */
export function sessionKey(tokens: readonly ApiToken[]): string {
  const text = tokens.map(({ name, role, secret }) => `${name}:${role}:${secret}`).join("\n");
  return createHmac("sha256", "runfleet session").update(text).digest("hex");
}
