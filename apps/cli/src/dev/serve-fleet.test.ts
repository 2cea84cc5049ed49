import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@runfleet/client";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { serveFleet, wantedPort } from "./serve-fleet.js";

const board = { redis: inject("redisUrl"), namespace: "serve-fleet-test" };
const fleet = createClient(board);
const other = createServer();
let taken = 0;
beforeAll(async () => {
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  taken = (other.address() as AddressInfo).port;
});
afterAll(async () => {
  other.close();
  await fleet.close();
});

test("a default port that is taken is replaced, with one line that says so", async () => {
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const server = await serveFleet({
    ...{ fleet, board },
    port: { number: taken, whenTaken: "replace" },
    typed: "runfleet dev",
    log,
  });
  expect(server.port).not.toBe(taken);
  expect(await (await fetch(`${server.url}/livez`)).text()).toBe("ok\n");
  expect(lines).toEqual([`port ${taken} of 127.0.0.1 is in use: the server is at ${server.url} instead`]);
  await server.stop();
});

test("a port that was asked for is not replaced, and the hint is what was typed", async () => {
  const refused = serveFleet({
    ...{ fleet, board, log: () => {} },
    ...{ port: wantedPort(taken), typed: "npm start --" },
  });
  await expect(refused).rejects.toMatchObject({
    code: "invalid_usage",
    message: `port ${taken} of 127.0.0.1 is in use; \`npm start -- --port 0\` takes any free one`,
  });
});

test("without a wish it is 3000, which may be replaced", () => {
  expect(wantedPort(undefined)).toEqual({ number: 3000, whenTaken: "replace" });
  expect(wantedPort(0)).toEqual({ number: 0, whenTaken: "refuse" });
});
