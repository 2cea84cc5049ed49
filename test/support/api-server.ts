/** The HTTP side of a fleet under test, with tokens of every role, and how to ask it. */
import { createRecorder } from "@runfleet/metrics";
import { startServer } from "@runfleet/server";
import { type ClientFleet, openClientFleet } from "./client-fleet.js";

export interface ApiServer {
  readonly under: ClientFleet;
  readonly url: string;
  /** What the server wrote about its own faults. */
  readonly faults: readonly string[];
  readonly audited: readonly object[];
  /** Asks as `who` (default admin, null = nobody); answers status, headers and the body as JSON value, or text. */
  ask(method: string, path: string, request?: ApiRequest): Promise<ApiAnswer>;
  close(): Promise<void>;
}

export interface ApiRequest {
  readonly who?: "viewer" | "operator" | "admin" | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every shape
  readonly body: any;
}

const tokens = (["viewer", "operator", "admin"] as const).map((role) => ({
  name: `test-${role}`,
  role,
  secret: `secret-of-the-${role}`,
}));

export async function openApiServer(redisUrl: string): Promise<ApiServer> {
  const under = await openClientFleet(redisUrl);
  const faults: string[] = [];
  const audited: object[] = [];
  const server = await startServer({
    ...{ fleet: under.fleet, port: 0, tokens, requestsPerMinute: 1_000_000 },
    board: { redis: redisUrl, namespace: under.namespace },
    metrics: { recorder: createRecorder("server", under.namespace) },
    log: (line) => void faults.push(line),
    audit: (entry) => void audited.push(entry),
  });
  return {
    ...{ under, faults, audited, url: server.url },
    ask: (method, path, request = {}) => ask(`${server.url}${path}`, method, request),
    close: async () => {
      await server.stop();
      await under.close();
    },
  };
}

async function ask(
  url: string,
  method: string,
  { who = "admin", body, headers }: ApiRequest,
): Promise<ApiAnswer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(who === null ? {} : { authorization: `Bearer secret-of-the-${who}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
