/**
 * The built-in action `http`: one request per attempt. Every attempt sends the same `Idempotency-Key`, the run's
 * `Fencing-Token`, and the headers of the trace, unless they are given otherwise. What is asked for comes from the options of the action or from the step's variables; what was answered
 * becomes markers, structured output, or a failure that says whether another attempt makes sense.
 */
import { substitute } from "@runfleet/engine";
import type { ActionContext, ActionResult, AnyAction } from "../action.js";
import { NonRetryableError } from "../action.js";
import { addressText, httpAddress, shownUrl } from "../http-address.js";
import { readHttpResponse } from "./http-response.js";

export interface HttpOptions {
  /** Under which name it is registered; default `http`. */
  readonly name?: string;
  /** Placeholders are filled in, encoded for an address. Default: the variable `http_url` as it is. */
  readonly url?: string;
  /** Default: the variable `http_method`, else POST when there is something to send, else GET. */
  readonly method?: string;
  /** Placeholders in values are filled in. The variable `http_headers`, a JSON object, comes on top. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Text to send, placeholders filled in. Default: the variable `http_body`. */
  readonly body?: string;
  /** Value to send as JSON instead of `body`; placeholders in its texts are filled in. */
  readonly json?: unknown;
  /** Statuses beside 2xx that are answers, not failures. The variable `http_accept`, for example "404,409", adds to them. */
  readonly accept?: readonly number[];
  /** Bytes of the answer that are kept; default 128 KiB. */
  readonly bodyBytesMax?: number;
}

interface Sent {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

type Variables = Readonly<Record<string, string>>;

/** Half of what a step may hand on: as JSON text the answer grows. */
const bodyBytesMaxDefault = 128 * 1024;
/** A dry run asks, it changes nothing. */
const harmless: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** An action that makes the request described by its options and the step's variables. */
export function http(options: HttpOptions = {}): AnyAction {
  return {
    name: options.name ?? "http",
    async run(context: ActionContext<unknown>): Promise<ActionResult<unknown>> {
      const sent = requestOf(options, context);
      if (context.dryRun && !harmless.has(sent.method)) {
        return { context: `dry run: ${sent.method} ${shownUrl(sent.url)} was not sent` };
      }
      const { url, ...request } = sent;
      // Redirects are not followed: headers meant for one host would reach another.
      const response = await fetch(url, {
        ...{ method: request.method, headers: request.headers, redirect: "manual", signal: context.signal },
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      return await readHttpResponse(response, {
        request: `${sent.method} ${shownUrl(url)}`,
        accepted: acceptedStatuses(options, context.variables),
        bodyBytesMax: options.bodyBytesMax ?? bodyBytesMaxDefault,
        now: Date.now(),
      });
    },
  };
}

function requestOf(options: HttpOptions, context: ActionContext<unknown>): Sent {
  const { variables } = context;
  const body = bodyOf(options, variables);
  const method = (
    options.method ??
    variables["http_method"] ??
    (body === undefined ? "GET" : "POST")
  ).toUpperCase();
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw new NonRetryableError(`http: ${method} sends no body; use another method or leave the body out`);
  }
  const headers = headersOf(options, variables);
  if (options.json !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/json");
  }
  for (const [name, value] of Object.entries(context.traceHeaders)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  headers.set("idempotency-key", context.idempotencyKey);
  headers.set("fencing-token", context.fencingToken);
  return { url: urlOf(options, variables), method, headers, body };
}

function urlOf({ url: template = "{{http_url}}" }: HttpOptions, variables: Variables): URL {
  const text = addressText(template, variables);
  if (text === "") {
    throw new NonRetryableError(
      "http: there is no address; set `url` of the action or the variable http_url",
    );
  }
  const url = httpAddress(text);
  if (url === undefined)
    throw new NonRetryableError(`http: ${JSON.stringify(text)} is no http or https address`);
  return url;
}

function headersOf(options: HttpOptions, variables: Variables): Headers {
  const headers = new Headers();
  const set = (name: string, value: unknown): void => {
    try {
      headers.set(name, String(value));
    } catch (cause) {
      throw new NonRetryableError(`http: the header ${JSON.stringify(name)} cannot be sent`, { cause });
    }
  };
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    set(name, substitute(value, variables, "strip"));
  }
  for (const [name, value] of Object.entries(headersInVariable(variables))) set(name, value);
  return headers;
}

function headersInVariable({ http_headers: text }: Variables): Readonly<Record<string, unknown>> {
  if (text === undefined || text.trim() === "") return {};
  const value = parsedJson(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new NonRetryableError(
    'http: the variable http_headers must be a JSON object: {"accept": "text/plain"}',
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function bodyOf({ body, json }: HttpOptions, variables: Variables): string | undefined {
  if (json !== undefined) return JSON.stringify(filledIn(json, variables));
  return body === undefined ? variables["http_body"] : substitute(body, variables, "strip");
}

/** The value with the placeholders in its texts filled in; what is put in cannot change the shape. */
function filledIn(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") return substitute(value, variables, "strip");
  if (Array.isArray(value)) return value.map((element) => filledIn(element, variables));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filledIn(member, variables)]));
}

function acceptedStatuses({ accept = [] }: HttpOptions, { http_accept: text = "" }: Variables): Set<number> {
  return new Set([...accept, ...text.split(/[\s,]+/).map(Number)]);
}
