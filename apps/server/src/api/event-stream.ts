/**
 * A run's history as server-sent events: what is there, then what happens. A reader that was cut off goes on after the
 * last id it saw; one that reads slowly makes the server wait, never remember.
 *
 *   (event)* → end          the run has ended: the last message is `end`, and a reader that comes again gets 204
 */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { FleetClient } from "@runfleet/client";
import { type HistoryEvent, isEnded, RunfleetError } from "@runfleet/model";
import type { FastifyReply } from "fastify";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { problems } from "./problems.js";
import { eventId, eventsQuery, runParams } from "./requests.js";

/** Proxies close what is silent for a minute; a reader that is gone is noticed at the next beat. */
const heartbeatMs = 15_000;
const eventStreamAnswer = {
  description: "messages whose `event` is the type of a fact and whose `data` is the fact",
  content: { "text/event-stream": { schema: z.string() } },
};
/** Readers of one server at once: each holds a connection to Redis while nothing happens, and Redis takes 10,000. */
const readersMax = 500;

interface StreamOptions {
  /** Readers at once. */
  readonly most?: number;
  /** Between two signs of life. */
  readonly beatMs?: number;
}

export function eventStreamRoutes(
  fleet: FleetClient,
  { most = readersMax, beatMs = heartbeatMs }: StreamOptions = {},
): FastifyPluginCallbackZod {
  let readers = 0;
  return (app, _options, done) => {
    app.get(
      "/runs/:id/events",
      {
        config: { role: "viewer", isTraced: false },
        schema: {
          summary: "The history of a run, then its events as they happen",
          description:
            "`text/event-stream`. Resumes after `Last-Event-ID`. Ends with the event `end`; then 204.",
          tags: ["runs"],
          operationId: "followRun",
          params: runParams,
          querystring: eventsQuery,
          response: { 200: eventStreamAnswer, 204: z.null(), ...problems },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const seen = request.headers["last-event-id"] ?? request.query.after;
        const after = typeof seen === "string" && eventId.test(seen) ? seen : undefined;
        const { status } = await fleet.get(id);
        if (after !== undefined && isEnded(status) && (await hasNothingAfter(fleet, { id, after }))) {
          return reply.code(204).send(null);
        }
        if (readers >= most) {
          const message = `${most} readers follow runs on this server; read the run again in a while`;
          throw new RunfleetError("rate_limited", message);
        }
        readers += 1;
        try {
          await stream(fleet, reply, {
            ...{ id, beatMs },
            until: request.query.until ?? "run",
            ...(after === undefined ? {} : { after }),
          });
        } finally {
          readers -= 1;
        }
        return reply;
      },
    );
    done();
  };
}

interface Wanted {
  readonly id: string;
  readonly after?: string;
  readonly until: "run" | "history";
  readonly beatMs: number;
}

async function hasNothingAfter(
  fleet: FleetClient,
  wanted: { readonly id: string; readonly after: string },
): Promise<boolean> {
  const events = fleet.events(wanted.id, { after: wanted.after, until: "history" });
  const { done } = await events.next();
  await events.return?.();
  return done === true;
}

async function stream(
  fleet: FleetClient,
  reply: FastifyReply,
  { id, beatMs, ...wanted }: Wanted,
): Promise<void> {
  const response = reply.raw;
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  reply.hijack();
  // Who left while the run was looked up has said so already, and says it only once.
  if (response.destroyed) return;
  response.writeHead(200, {
    ...reply.getHeaders(),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  } as Record<string, string>);
  response.write("retry: 2000\n\n");
  const beat = setInterval(() => response.write(": still here\n\n"), beatMs);
  try {
    for await (const event of fleet.events(id, { ...wanted, signal: gone.signal })) {
      if (gone.signal.aborted) return;
      await write(response, message(event), gone.signal);
    }
    if (!gone.signal.aborted) response.write("event: end\ndata: {}\n\n");
  } catch {
    // Redis is away, or the run expired. The reader comes again, and hears then what is wrong.
  } finally {
    clearInterval(beat);
    response.end();
  }
}

function message({ id, ...event }: HistoryEvent): string {
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify({ id, ...event })}\n\n`;
}

/** Resolves when the reader has room for more. */
async function write(response: ServerResponse, text: string, gone: AbortSignal): Promise<void> {
  if (response.write(text)) return;
  await once(response, "drain", { signal: gone }).catch(() => {});
}
