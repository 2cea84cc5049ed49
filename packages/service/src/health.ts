/**
 * The two questions of an orchestrator, for a process that serves nothing else: alive while it answers at all, ready while it
 * says so. Knows nothing of what the process does.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { RunfleetError } from "@runfleet/model";

export interface HealthOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Why it is not ready; absent: it is. */
  readonly unready: () => string | undefined;
}

export interface Health {
  readonly port: number;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const ok: Answer = { status: 200, text: "ok" };

/** Answers `/livez` and `/readyz`. Throws `invalid_usage` when the port cannot be had. */
export async function serveHealth({ host, port, unready }: HealthOptions): Promise<Health> {
  const answers: Readonly<Record<string, () => Answer>> = {
    "/livez": () => ok,
    "/readyz": () => {
      const why = unready();
      return why === undefined ? ok : { status: 503, text: why };
    },
  };
  const server = createServer(({ url = "" }, response) => {
    const answer = Object.hasOwn(answers, url) ? answers[url] : undefined;
    const { status, text } = answer?.() ?? { status: 404, text: "ask /livez or /readyz" };
    response
      .writeHead(status, { "content-type": "text/plain", "cache-control": "no-store" })
      .end(`${text}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `cannot listen on ${host}:${port}: ${cause.message}; choose another with --health-port`;
      reject(new RunfleetError("invalid_usage", message, { cause }));
    });
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
