/** Starts the HTTP side of a fleet: on loopback without tokens, anywhere with them. */
import type { AddressInfo } from "node:net";
import type { FleetClient } from "@runfleet/client";
import { RunfleetError } from "@runfleet/model";
import type { FastifyInstance } from "fastify";
import type { ApiToken } from "./access/tokens.js";
import type { AuditEntry } from "./audit.js";
import { type BoardAddress, openBoard } from "./board/open-board.js";
import { createServer } from "./create-server.js";
import { recordFleet } from "./metrics/fleet-gauges.js";
import type { ServedMetrics } from "./metrics/metrics-routes.js";

export interface ServerOptions {
  readonly fleet: FleetClient;
  /** Where the fleet is, for Bull Board under `/queues`. Default: there is none. */
  readonly board?: BoardAddress;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Of the scaler for KEDA's external trigger, on the same host; 0 = any free one. Default: there is none. */
  readonly grpcPort?: number | undefined;
  /** Who may use it. Without any, only a loopback address is listened on, and everybody there is an admin. */
  readonly tokens?: readonly ApiToken[];
  /** What `/metrics` says, for which the fleet is read; default: there is no such page. */
  readonly metrics?: ServedMetrics;
  /** Requests of one actor per minute; default 3,000. */
  readonly requestsPerMinute?: number;
  /** Gets one line for each request that failed by the server's fault. */
  readonly log: (line: string) => void;
  /** Gets who changed what. Default: nobody. */
  readonly audit?: (entry: AuditEntry) => void;
}

export interface RunningServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Absent where there is no scaler. */
  readonly grpcPort?: number;
  /** Ends open connections too. Does not close the client. */
  stop(): Promise<void>;
}

const defaultHost = "127.0.0.1";
const loopbackAddresses: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);
/** A page that follows a run asks about once a second; a script in a hurry is slowed down, not a person. */
const defaultRequestsPerMinute = 3_000;

/**
 * Throws `invalid_usage` when the port is taken or not allowed, `invalid_config` for an address that others reach
 * without tokens.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const host = options.host ?? defaultHost;
  const tokens = options.tokens ?? [];
  if (tokens.length === 0 && !loopbackAddresses.has(host)) {
    throw new RunfleetError(
      "invalid_config",
      `listening on ${host} lets others in: set RUNFLEET_API_TOKENS (name:role:secret), or listen on ${defaultHost}`,
    );
  }
  const board = options.board === undefined ? undefined : openBoard(options.board, options.log);
  const { fleet, metrics, log } = options;
  const app = await createServer({
    ...{ fleet, board, tokens, metrics, log },
    requestsPerMinute: options.requestsPerMinute ?? defaultRequestsPerMinute,
    audit: options.audit ?? (() => {}),
  });
  app.addHook("onClose", async () => board?.close());
  await listen(app, host, options.port);
  if (metrics !== undefined) recordFleet(metrics.recorder, { fleet, log });
  const { port } = app.server.address() as AddressInfo;
  const grpcPort = await openScaler(app, { ...options, host, tokens });
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    ...(grpcPort === undefined ? {} : { grpcPort }),
    stop: () => app.close(),
  };
}

/** Stops with the server. Loaded only where it is wanted. */
async function openScaler(
  app: FastifyInstance,
  { fleet, host, grpcPort, tokens, log }: ServerOptions & { host: string; tokens: readonly ApiToken[] },
): Promise<number | undefined> {
  if (grpcPort === undefined) return undefined;
  const { startExternalScaler } = await import("./scaler/external-scaler.js");
  try {
    const scaler = await startExternalScaler({ fleet, host, tokens, port: grpcPort, log });
    app.server.on("close", () => scaler.stop());
    return scaler.port;
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw cannotListen(`${host}:${port}`, cause);
  }
}

function cannotListen(address: string, cause: unknown): RunfleetError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = code === "EADDRINUSE" ? "it is in use" : message;
  return new RunfleetError(
    "invalid_usage",
    `cannot listen on ${address}: ${why}; choose another with --port`,
    {
      cause,
    },
  );
}
