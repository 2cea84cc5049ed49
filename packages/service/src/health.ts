/**
 * What a process answers that serves nothing else: the two questions of an orchestrator (alive while it answers at all and does not
 * say that only a restart helps, ready while it says so), and its metrics. Knows nothing of what the process does.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { MetricPart, Recorder } from "@runfleet/metrics";
import { RunfleetError } from "@runfleet/model";
import { metricsPage, prepareMetricsPage } from "./metrics-page.js";

export interface HealthOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Why it is not ready; absent: it is. */
  readonly unready: () => string | undefined;
  /** Why only a restart would help; absent: it would not. Default: it never does, but where nothing answers any more. */
  readonly stuck?: () => string | undefined;
  /** Served under `/metrics`. Default: there is no such page. */
  readonly recorder?: Recorder<MetricPart>;
}

export interface Health {
  readonly port: number;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Default `text/plain`. */
  readonly contentType?: string;
}

const ok: Answer = { status: 200, text: "ok\n" };

/** Answers `/livez`, `/readyz` and `/metrics`. Throws `invalid_usage` when the port cannot be had. */
export async function serveHealth(options: HealthOptions): Promise<Health> {
  const { host, port, unready, stuck = () => undefined, recorder } = options;
  const okUnless = (why: string | undefined): Answer =>
    why === undefined ? ok : { status: 503, text: `${why}\n` };
  const answers: Readonly<Record<string, () => Answer | Promise<Answer>>> = {
    "/livez": () => okUnless(stuck()),
    "/readyz": () => okUnless(unready()),
    ...(recorder === undefined
      ? {}
      : { "/metrics": async () => ({ status: 200, ...(await metricsPage(recorder)) }) }),
  };
  if (recorder !== undefined) await prepareMetricsPage();
  const pages = Object.keys(answers).join(", ");
  const answerOf = async (url: string): Promise<Answer> =>
    (Object.hasOwn(answers, url) ? await answers[url]?.() : undefined) ?? {
      status: 404,
      text: `there are ${pages}\n`,
    };
  const server = createServer((request, response) => {
    const send = ({ status, text, contentType = "text/plain" }: Answer): void => {
      response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" }).end(text);
    };
    // A probe may ask with a query that says nothing to us; to HEAD, Node itself sends no body.
    const [path = ""] = (request.url ?? "").split("?", 1);
    answerOf(path).then(send, (error: unknown) => send({ status: 500, text: `${String(error)}\n` }));
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
