/** The history of a run as server-sent events: complete, resumed, ended. */
import { EventEmitter, once } from "node:events";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import type { FleetClient } from "@runfleet/client";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";
import { gateOf } from "../../../../test/support/client-fleet.js";
import { createServer } from "../create-server.js";

let server: ApiServer;
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
});
afterAll(() => server.close());

async function endedRun(): Promise<string> {
  const { id } = await server.under.fleet.start("greet", { inputs: { whom: "x" } });
  await server.under.workOn(id);
  return id;
}

/** `event id` of every message, with comments left out. */
function messages(text: string): { readonly event: string; readonly id?: string }[] {
  return text
    .split("\n\n")
    .filter((block) => block.includes("event: "))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      const id = field("id");
      return { event: field("event") ?? "", ...(id === undefined ? {} : { id }) };
    });
}

const eventsPath = (id: string): string => `/api/v1/runs/${id}/events`;

test("an ended run is told whole and then ends, and a reader that comes again hears that there is nothing", async () => {
  const id = await endedRun();
  const { status, headers, body } = await server.ask("GET", eventsPath(id));
  expect(status).toBe(200);
  expect(headers.get("content-type")).toContain("text/event-stream");
  const told = messages(body);
  expect(told.map(({ event }) => event)).toEqual(["lease.acquired", "run.started", "run.completed", "end"]);
  const rest = await server.ask("GET", eventsPath(id), { headers: { "last-event-id": told[1]?.id ?? "" } });
  expect(messages(rest.body).map(({ event }) => event)).toEqual(["run.completed", "end"]);
  const nothing = await server.ask("GET", eventsPath(id), {
    headers: { "last-event-id": told[2]?.id ?? "" },
  });
  expect(nothing.status).toBe(204);
});

test("what happens is told as it happens, to a reader that leaves when it likes", async () => {
  const { id } = await server.under.fleet.start("greet", { inputs: { whom: "x" } });
  const gone = new AbortController();
  const response = await fetch(`${server.url}${eventsPath(id)}`, {
    headers: { authorization: "Bearer secret-of-the-viewer" },
    signal: gone.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const until = async (event: string): Promise<void> => {
    while (!text.includes(`event: ${event}`)) text += (await reader?.read())?.value ?? "";
  };
  await server.under.workOn(id, { gate: gateOf(id) });
  await until("run.started");
  gone.abort();
  await expect(reader?.read()).rejects.toThrow();
});

test("history alone ends after what is there, with a run that goes on", async () => {
  const { id } = await server.under.fleet.start("greet", { inputs: { whom: "x" } });
  await server.under.workOn(id, { gate: gateOf(id) });
  const { body } = await server.ask("GET", `${eventsPath(id)}?until=history`);
  expect(messages(body).map(({ event }) => event)).toEqual(["lease.acquired", "run.started", "end"]);
});

test("a run that is not there is a problem, not a stream", async () => {
  expect(await server.ask("GET", eventsPath("nope"))).toMatchObject({
    status: 404,
    body: { code: "run_not_found" },
  });
});

test("a reader that leaves while its run is looked up is not followed for", async () => {
  const { fleet } = server.under;
  const { id } = await fleet.start("greet", { inputs: { whom: "x" } });
  const told = new EventEmitter();
  const isLookedUp = once(told, "looked up");
  const hasLeft = once(told, "left");
  const isAnswered = once(told, "answered");
  const follows: string[] = [];
  const slow: FleetClient = {
    ...fleet,
    get: async (runId) => {
      told.emit("looked up");
      await hasLeft;
      const run = await fleet.get(runId);
      setImmediate(() => told.emit("answered"));
      return run;
    },
    events: (runId, options) => {
      follows.push(runId);
      return fleet.events(runId, options);
    },
  };
  const silent = (): void => {};
  const app = await createServer({
    ...{ fleet: slow, tokens: [], requestsPerMinute: 1_000, log: silent, audit: silent },
  });
  await app.listen({ port: 0 });
  app.server.once("connection", (socket) => socket.once("close", () => told.emit("left")));
  const { port } = app.server.address() as AddressInfo;
  const reader = request({ port, path: eventsPath(id) }).on("error", silent);
  reader.end();
  await isLookedUp;
  reader.destroy();
  await isAnswered;
  expect(follows).toEqual([]);
  await app.close();
});
