import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type ClientFleet, openClientFleet } from "../../../test/support/client-fleet.js";
import { type RunningServer, startServer } from "./start-server.js";

let under: ClientFleet;
let server: RunningServer;
const failures: string[] = [];
beforeAll(async () => {
  under = await openClientFleet(inject("redisUrl"));
  server = await startServer({ fleet: under.fleet, port: 0, log: (line) => failures.push(line) });
});
afterAll(async () => {
  await server.stop();
  await under.close();
});

function statusOf(
  path: string,
  options: { readonly method?: string; readonly host?: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server.url}${path}`, {
      method: options.method ?? "GET",
      headers: { host: options.host ?? "127.0.0.1" },
    });
    asked.on("response", (response) => resolve(response.resume().statusCode ?? 0));
    asked.on("error", reject);
    asked.end();
  });
}

describe("the server beside a development fleet", () => {
  test("is alive and ready", async () => {
    expect(await (await fetch(`${server.url}/livez`)).text()).toBe("ok\n");
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });

  test("has one document for every page, and loads nothing from elsewhere", async () => {
    for (const path of ["/", "/runs/some-run", "/gates", "/cost", "/fleet", "/start"]) {
      const response = await fetch(`${server.url}${path}`);
      expect(response.headers.get("content-security-policy")).toContain("default-src 'self';");
      expect(response.headers.get("cache-control")).toBe("no-store");
      const page = await response.text();
      expect(page).toContain("<title>Runfleet</title>");
      expect(page).not.toMatch(/https?:\/\//);
      const [, script = ""] = /src="(\/assets\/[^"]+)"/.exec(page) ?? [];
      const loaded = await fetch(`${server.url}${script}`);
      expect(loaded.headers.get("content-type")).toContain("javascript");
      expect(loaded.headers.get("cache-control")).toContain("immutable");
    }
    expect(await statusOf("/assets/..%2findex.html", {})).toBe(400);
  });

  test("answers nothing else, nobody else, and changes nothing", async () => {
    expect(await statusOf("/nope", {})).toBe(404);
    expect(await statusOf("/constructor", {})).toBe(404);
    expect(await statusOf("/", { host: "evil.example" })).toBe(403);
    expect(await statusOf("/", { method: "POST" })).toBe(404);
    expect(failures).toEqual([]);
  });

  test("does not let others in without tokens", async () => {
    const open = startServer({ fleet: under.fleet, host: "0.0.0.0", port: 0, log: () => {} });
    await expect(open).rejects.toMatchObject({
      code: "invalid_config",
      message: expect.stringContaining("RUNFLEET_API_TOKENS"),
    });
  });

  test("has a scaler beside it where one is wanted, which ends with it", async () => {
    const log = (line: string) => failures.push(line);
    const open = (grpcPort: number) => startServer({ fleet: under.fleet, port: 0, grpcPort, log });
    const first = await open(0);
    const port = first.grpcPort ?? expect.unreachable();
    await expect(open(port)).rejects.toThrow(/--grpc-port/);
    await first.stop();
    await (await open(port)).stop();
    expect(server.grpcPort).toBeUndefined();
  });

  test("says that a port is taken", async () => {
    const taken = startServer({ fleet: under.fleet, port: server.port, log: () => {} });
    await expect(taken).rejects.toMatchObject({
      code: "invalid_usage",
      message: expect.stringContaining("in use"),
    });
  });
});
