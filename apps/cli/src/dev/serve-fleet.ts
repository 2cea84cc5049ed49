/** The server of a development fleet on the port a person wants, or on another one when it was only the default. */
import type { FleetClient } from "@runfleet/client";
import { createRecorder } from "@runfleet/metrics";
import { isRunfleetError, RunfleetError } from "@runfleet/model";
import type { RunningServer, ServerOptions } from "@runfleet/server";

/** The address people expect a fleet at. */
export const defaultPort = 3000;

export interface ServerPort {
  /** 0 = any free one. */
  readonly number: number;
  /** When it cannot be had: `refuse` ends the start, `replace` takes any free one and says so. */
  readonly whenTaken: "refuse" | "replace";
}

/** What `--port` says, or the default, which is only a wish. */
export function wantedPort(given: number | undefined): ServerPort {
  return given === undefined
    ? { number: defaultPort, whenTaken: "replace" }
    : { number: given, whenTaken: "refuse" };
}

/** Errors of the system that mean: this port not, perhaps another. */
const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use",
  EACCES: "may not be used here",
};

/** Throws `invalid_usage` when the port cannot be had and must not be replaced. */
export async function serveFleet(options: {
  readonly fleet: FleetClient;
  /** Where the fleet is, for the queues' page. */
  readonly board: NonNullable<ServerOptions["board"]>;
  readonly port: ServerPort;
  /** What the person typed, without `--port`. */
  readonly typed: string;
  readonly log: (line: string) => void;
}): Promise<RunningServer> {
  const { fleet, board, port, typed, log } = options;
  // Only who serves loads the server: every other command starts sooner without it.
  const { startServer } = await import("@runfleet/server");
  const metrics = { recorder: createRecorder("server", board.namespace) };
  try {
    return await startServer({ fleet, board, metrics, port: port.number, log });
  } catch (cause) {
    const reason = reasonOf(cause);
    if (reason === undefined) throw cause;
    const what = `port ${port.number} of 127.0.0.1 ${reason}`;
    if (port.whenTaken === "refuse")
      throw refusal(`${what}; \`${typed} --port 0\` takes any free one`, cause);
    const server = await startServer({ fleet, board, metrics, port: 0, log });
    log(`${what}: the server is at ${server.url} instead`);
    return server;
  }
}

function refusal(message: string, cause: unknown): RunfleetError {
  return new RunfleetError("invalid_usage", message, { cause });
}

function reasonOf(error: unknown): string | undefined {
  const cause = isRunfleetError(error) ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return reasons[cause?.code ?? ""];
}
