/** The history of a run as server-sent events: complete, resumed, ended. */
import { EventEmitter, once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { EventsOptions, FleetClient } from "@runfleet/client";
import type { HistoryEvent } from "@runfleet/model";
import Fastify from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";
import { gateOf } from "../../../../test/support/client-fleet.js";
import { createServer } from "../create-server.js";
import { answerProblems } from "../problem.js";
import { eventStreamRoutes } from "./event-stream.js";

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

const silent = (): void => {};

/** A server for everybody on this machine, on a fleet that the test has changed. */
async function listening(fleet: FleetClient) {
  const app = await createServer({
    ...{ fleet, tokens: [], requestsPerMinute: 10_000, log: silent, audit: silent },
  });
  await app.listen({ port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { app, port, close: () => app.close() };
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

test("what is no id of an event is refused in the address, and begins at the beginning in a header", async () => {
  const { id } = await server.under.fleet.start("greet", { inputs: { whom: "x" } });
  await server.under.workOn(id, { gate: gateOf(id) });
  const refused = await server.ask("GET", `${eventsPath(id)}?after=yesterday`);
  expect([refused.status, refused.body.code]).toEqual([400, "invalid_usage"]);
  expect(refused.body.detail).toContain("must be the id of an event");
  const headers = { "last-event-id": "yesterday" };
  const { body } = await server.ask("GET", `${eventsPath(id)}?until=history`, { headers });
  expect(messages(body).map(({ event }) => event)).toEqual(["lease.acquired", "run.started", "end"]);
});

test("a reader that does not read makes the server wait, and takes up no more than its connection", async () => {
  const { fleet } = server.under;
  const { id } = await fleet.start("greet", { inputs: { whom: "x" } });
  const bytes = 64 * 1024;
  const events = 1_000;
  let told = 0;
  async function* endless(): AsyncIterableIterator<HistoryEvent> {
    for (; told < events; told += 1)
      yield { id: `1-${told}`, at: 1, type: "run.cancelling", by: "ann", reason: "x".repeat(bytes) };
  }
  const { port, close } = await listening({ ...fleet, events: endless });
  const reader = request({ port, path: eventsPath(id) });
  reader.end();
  const [response] = (await once(reader, "response")) as [IncomingMessage];
  response.pause();
  // What fits into the buffers of both ends, and then nothing more.
  let before = -1;
  const isStill = (): boolean => {
    const changed = told !== before;
    before = told;
    return !changed;
  };
  await expect.poll(isStill, { interval: 300, timeout: 10_000 }).toBe(true);
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThan(events / 4);
  let size = 0;
  response.on("data", (chunk: Buffer) => {
    size += chunk.length;
  });
  response.resume();
  await once(response, "end");
  expect(size).toBeGreaterThan(events * bytes);
  await close();
});

/** The routes alone, with options that only tests want. */
async function routesAlone(...given: Parameters<typeof eventStreamRoutes>) {
  const app = Fastify({ forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler).setSerializerCompiler(() => JSON.stringify);
  answerProblems(app, silent);
  await app.register(eventStreamRoutes(...given), { prefix: "/api/v1" });
  await app.listen({ port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => app.close() };
}

/** Nothing happens, ever. */
async function* silence(_id: string, { signal }: EventsOptions = {}): AsyncIterableIterator<HistoryEvent> {
  await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
}

test("while nothing happens, a reader and whoever is between hear that the server is there", async () => {
  const { fleet } = server.under;
  const { id } = await fleet.start("greet", { inputs: { whom: "x" } });
  const { url, close } = await routesAlone({ ...fleet, events: silence }, { beatMs: 20 });
  const gone = new AbortController();
  const { body } = await fetch(`${url}${eventsPath(id)}`, { signal: gone.signal });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split(": still here\n\n").length < 4) text += (await reader?.read())?.value ?? "";
  expect(messages(text)).toEqual([]);
  gone.abort();
  await close();
});

test("more readers than a server can have at once are told to come again", async () => {
  const { fleet } = server.under;
  const { id } = await fleet.start("greet", { inputs: { whom: "x" } });
  const alone = await routesAlone({ ...fleet, events: silence }, { most: 3 });
  const url = `${alone.url}${eventsPath(id)}`;
  const gone = new AbortController();
  const open = await Promise.all(Array.from({ length: 3 }, () => fetch(url, { signal: gone.signal })));
  expect(new Set(open.map(({ status }) => status))).toEqual(new Set([200]));
  const refused = await fetch(url);
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([429, "rate_limited"]);
  gone.abort();
  await expect
    .poll(async () => {
      const left = new AbortController();
      const { status } = await fetch(url, { signal: left.signal });
      left.abort();
      return status;
    })
    .toBe(200);
  await alone.close();
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
  const { app, port, close } = await listening(slow);
  app.server.once("connection", (socket) => socket.once("close", () => told.emit("left")));
  const reader = request({ port, path: eventsPath(id) }).on("error", silent);
  reader.end();
  await isLookedUp;
  reader.destroy();
  await isAnswered;
  expect(follows).toEqual([]);
  await close();
});
