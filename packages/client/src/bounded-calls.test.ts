import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { limits } from "@runfleet/model";
import { expect, inject, test } from "vitest";
import { createClient } from "./create-client.js";
import type { FleetClient } from "./fleet-client.js";

const away = { code: "redis_unavailable" };

const calls: Readonly<Record<string, (fleet: FleetClient) => Promise<unknown>>> = {
  start: (fleet) => fleet.start("greet", { inputs: { whom: "x" } }),
  startMany: (fleet) => fleet.startMany([{ workflow: "greet" }]),
  publish: (fleet) => fleet.publish([{ source: "workflow x { call look }" }]),
  get: (fleet) => fleet.get("R"),
  list: (fleet) => fleet.list(),
  cancel: (fleet) => fleet.cancel("R"),
  approve: (fleet) => fleet.approve("R"),
  signal: (fleet) => fleet.run("R").signal("paid"),
  result: (fleet) => fleet.result("R"),
  events: (fleet) => fleet.events("R").next(),
  schedule: (fleet) => fleet.schedule("s", { workflow: "greet", everyMs: 60_000 }),
  fleet: (fleet) => fleet.fleet(),
};

test("without a Redis, and with one that never answers, every call fails within seconds and says so", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  for (const redis of ["redis://127.0.0.1:1", `redis://127.0.0.1:${port}`]) {
    const fleet = createClient({ redis });
    const asked = Object.entries(calls).map(async ([name, call]) => [
      name,
      await call(fleet).catch((error: { readonly code?: string }) => error.code),
    ]);
    expect(Object.fromEntries(await Promise.all(asked))).toEqual(
      Object.fromEntries(Object.keys(calls).map((name) => [name, "redis_unavailable"])),
    );
    await fleet.close();
  }
  for (const socket of sockets) socket.destroy();
  silent.close();
}, 60_000);

test("while Redis is away a bounded number of calls waits, and the others hear of it at once", async () => {
  const fleet = createClient({ redis: "redis://127.0.0.1:1" });
  const all = Array.from({ length: limits.clientCallsWaitingMax + 500 }, () =>
    fleet.list().catch((error: Error) => error.message),
  );
  const messages = await Promise.all(all);
  const refused = messages.filter((message) => String(message).includes("wait for it already"));
  expect(refused).toHaveLength(500);
  await expect(fleet.list()).rejects.toMatchObject(away);
  await fleet.close();
}, 60_000);

test("a closed client takes no calls", async () => {
  const fleet = createClient({ redis: inject("redisUrl") });
  const run = fleet.run("R");
  await fleet.close();
  const closed = { code: "invalid_usage", message: expect.stringContaining("the client is closed") };
  await expect(fleet.list()).rejects.toMatchObject(closed);
  await expect(run.cancel()).rejects.toMatchObject(closed);
});
