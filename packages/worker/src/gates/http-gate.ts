/**
 * The built-in resolver of gates of type `http`: one request per poll, whose answer approves, rejects or leaves the gate
 * open. What is asked stands in the gate's options; secrets come from the worker's owner. Anything that is no answer (a
 * server error, a redirect, JSON that cannot be read) is a failed poll and never a decision.
 */
import { substitute } from "@runfleet/engine";
import { headerLines, httpGateProblems, listed, parseDuration } from "@runfleet/model";
import { readBody, retryAfterOf } from "../actions/http-response.js";
import type { GateResolver, PollAnswer } from "../config.js";
import { addressText, httpAddress, shownUrl } from "../http-address.js";

export interface HttpGateOptions {
  /** Sent with each request, and stronger than the gate's own; the place for secrets. Never logged. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where a gate has no `every`; default 10 s. */
  readonly intervalMs?: number;
  /** Default 10 s. */
  readonly timeoutMs?: number;
}

/** A decision is a word, not a document. */
const bodyBytesMax = 64 * 1024;
const defaultMs = 10_000;

/** Statuses that say "not yet" where the gate names no others: accepted, not there, in conflict, too early. */
const notYet: ReadonlySet<number> = new Set([202, 404, 409, 425]);
/** Values that decide where the gate names none. */
const usualValues = {
  approved: "approved, success, succeeded, passed, true",
  rejected: "rejected, failure, failed, error, false",
} as const;

type Params = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  /** Of a JSON answer that was read to its end. */
  readonly json: unknown;
  readonly isCut: boolean;
  readonly request: string;
}

/** A resolver as workers have it under `http`; register it again with headers of your own. */
export function httpGate(options: HttpGateOptions = {}): GateResolver {
  return {
    intervalMs: options.intervalMs ?? defaultMs,
    timeoutMs: options.timeoutMs ?? defaultMs,
    async poll({ gate, variables, signal }) {
      const [wrong] = httpGateProblems(gate.params).filter(({ isUnknown }) => isUnknown !== true);
      if (wrong !== undefined) throw new Error(`option \`${wrong.option}\` ${wrong.problem}`);
      const { url, ...request } = requestOf(gate.params, variables, options);
      const shown = `${request.method} ${shownUrl(url)}`;
      // Redirects are not followed: headers meant for one host would reach another.
      const response = await fetch(url, { ...request, redirect: "manual", signal }).catch(
        (cause: unknown) => {
          throw signal.aborted ? cause : new Error(`${shown} had no answer`, { cause });
        },
      );
      const { text, isCut } = await readBody(response, bodyBytesMax);
      const waitMs = retryAfterOf(response.headers.get("retry-after"), Date.now());
      const json = isCut ? undefined : parsed(text);
      const answer = { status: response.status, json, isCut, request: shown };
      const every = waitMs ?? parseDuration(gate.params["every"] ?? "");
      const found =
        gate.params["field"] === undefined ? byStatus(answer, gate.params) : byField(answer, gate.params);
      return { ...found, ...(every === undefined ? {} : { pollAfterMs: every }) };
    },
  };
}

function requestOf(params: Params, variables: Params, { headers: own = {} }: HttpGateOptions) {
  const fill = (text: string): string => substitute(text, variables, "strip");
  const url = httpAddress(addressText(params["url"] ?? "", variables));
  if (url === undefined) throw new Error("`url`, filled in, is no http or https address");
  const headers = new Headers();
  const pairs = [...headerLines(fill(params["headers"] ?? "")), ...Object.entries(own)];
  for (const [name, value] of pairs) {
    if (!canSet(headers, name, value)) throw new Error(`the header ${JSON.stringify(name)} cannot be sent`);
  }
  const method = (params["method"] ?? "GET").toUpperCase();
  const body = params["body"];
  return { url, method, headers, ...(body === undefined ? {} : { body: fill(body) }) };
}

/** The platform's own message would show the value. */
function canSet(headers: Headers, name: string, value: string): boolean {
  try {
    headers.set(name, value);
    return true;
  } catch {
    return false;
  }
}

function byStatus({ status, json, request }: Answer, params: Params): PollAnswer {
  const names = (list: string): boolean =>
    listed(list).some((one) => one === `${status}` || one === `${Math.floor(status / 100)}xx`);
  const told = textOf(json, params);
  if (names(params["rejected"] ?? ""))
    return { verdict: "rejected", text: told ?? `${request} answered ${status}` };
  if (params["approved"] !== undefined && names(params["approved"])) return approved(told);
  if (notYet.has(status)) return { verdict: "pending" };
  if (status < 200 || status > 299) throw new Error(`${request} answered ${status}`);
  return params["approved"] === undefined ? approved(told) : { verdict: "pending" };
}

function byField({ status, json, isCut, request }: Answer, params: Params): PollAnswer {
  if (notYet.has(status)) return { verdict: "pending" };
  if (status < 200 || status > 299) throw new Error(`${request} answered ${status}`);
  if (isCut) throw new Error(`${request} answered more than ${bodyBytesMax} bytes`);
  if (typeof json !== "object" || json === null) throw new Error(`${request} answered no JSON object`);
  const { field = "", approved: yes = usualValues.approved, rejected: no = usualValues.rejected } = params;
  const value = memberAt(json, field);
  if (value === undefined) return { verdict: "pending" };
  if (typeof value === "object") throw new Error(`${request}: \`${field}\` is no text, number or boolean`);
  const told = textOf(json, params);
  if (listed(yes).includes(String(value))) return approved(told);
  if (listed(no).includes(String(value)))
    return { verdict: "rejected", text: told ?? `${field} is ${String(value).slice(0, 200)}` };
  return { verdict: "pending" };
}

function approved(text: string | undefined): PollAnswer {
  return { verdict: "approved", ...(text === undefined ? {} : { text }) };
}

function textOf(json: unknown, { text: path }: Params): string | undefined {
  const value = path === undefined ? undefined : memberAt(json, path);
  return value === undefined ? undefined : typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Nothing where a member on the way is missing, and where there is `null`. */
function memberAt(json: unknown, path: string): unknown {
  let value: unknown = json;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name.trim())) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name.trim()];
  }
  return value ?? undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
