/**
 * The smallest server that is useful beside a development fleet: health, and the newest runs as one plain page.
 * Listens on loopback only and changes nothing.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { FleetClient } from "@runfleet/client";
import { errorCodes, isRunfleetError, RunfleetError } from "@runfleet/model";
import { runsPage } from "./runs-page.js";

export interface ServerOptions {
  readonly fleet: FleetClient;
  /** 0 = any free one. */
  readonly port: number;
  /** Gets one line for each request that failed. */
  readonly log: (line: string) => void;
}

export interface RunningServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Ends open connections too. Does not close the client. */
  stop(): Promise<void>;
}

interface Page {
  readonly status?: number;
  readonly type: "text/plain; charset=utf-8" | "text/html; charset=utf-8";
  readonly body: string;
}

const host = "127.0.0.1";
const rowsShown = 100;

const text = (body: string): Page => ({ type: "text/plain; charset=utf-8", body });

const pages: Readonly<Record<string, (fleet: FleetClient) => Promise<Page> | Page>> = {
  "/livez": () => text("ok\n"),
  "/readyz": async (fleet) => {
    await fleet.list({ limit: 1 });
    return text("ok\n");
  },
  "/": async (fleet) => {
    const { runs } = await fleet.list({ limit: rowsShown });
    return { type: "text/html; charset=utf-8", body: runsPage(runs) };
  },
};

/** Everything comes from this page itself; nothing may be loaded, framed or sniffed. */
const headers = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** Throws `invalid_usage` when the port is taken or not allowed. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { fleet, log } = options;
  const server = createServer((request, response) => {
    answer(request, fleet).then(
      (page) => send(response, page),
      (error: unknown) => sendProblem({ request, response, error, log }),
    );
  });
  const port = await listen(server, options.port);
  return {
    url: `http://${host}:${port}`,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, fleet: FleetClient): Promise<Page> {
  // A page of another site must not reach this server under a name of its own.
  const name = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (name !== host && name !== "localhost")
    throw new RunfleetError("invalid_usage", "this server answers on loopback only");
  if (request.method !== "GET" && request.method !== "HEAD")
    throw new RunfleetError("invalid_usage", "only GET is answered here");
  const path = (request.url ?? "/").replace(/\?.*$/, "");
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  return page === undefined ? { ...text("there is no such page\n"), status: 404 } : page(fleet);
}

function send(response: ServerResponse, page: Page): void {
  response.writeHead(page.status ?? 200, { ...headers, "content-type": page.type });
  response.end(page.body);
}

function sendProblem(failed: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly error: unknown;
  readonly log: (line: string) => void;
}): void {
  const { request, response, error, log } = failed;
  const code = isRunfleetError(error) ? error.code : "internal";
  const message = isRunfleetError(error) ? error.message : "a defect; the log of the server says more";
  log(`${request.method} ${request.url}: ${code}: ${error instanceof Error ? error.message : String(error)}`);
  send(response, { ...text(`${code}: ${message}\n`), status: errorCodes[code].httpStatus });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "it is in use" : cause.message;
      reject(
        new RunfleetError(
          "invalid_usage",
          `cannot listen on ${host}:${port}: ${why}; choose another with --port`,
          { cause },
        ),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
