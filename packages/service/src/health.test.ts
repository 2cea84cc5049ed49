import { afterEach, beforeEach, expect, test } from "vitest";
import { type Health, serveHealth } from "./health.js";

let health: Health;
let why: string | undefined;
let stuck: string | undefined;
beforeEach(async () => {
  why = undefined;
  stuck = undefined;
  health = await serveHealth({ host: "127.0.0.1", port: 0, unready: () => why, stuck: () => stuck });
});
afterEach(() => health.stop());

async function ask(path: string): Promise<readonly [number, string]> {
  const response = await fetch(`http://127.0.0.1:${health.port}${path}`);
  return [response.status, await response.text()];
}

test("a process that answers is alive, whatever it is ready for", async () => {
  why = "it was asked to stop";
  expect(await ask("/livez")).toEqual([200, "ok\n"]);
});

test("it is not alive when it says that only a restart helps", async () => {
  stuck = "no run was taken for 60 s";
  expect(await ask("/livez")).toEqual([503, "no run was taken for 60 s\n"]);
  expect((await ask("/readyz"))[0]).toBe(200);
});

test("it is ready until it says why it is not", async () => {
  expect(await ask("/readyz")).toEqual([200, "ok\n"]);
  why = "it was asked to stop";
  expect(await ask("/readyz")).toEqual([503, "it was asked to stop\n"]);
});

test("a query changes no answer, and HEAD gets the same without a text", async () => {
  expect(await ask("/livez?verbose=1")).toEqual([200, "ok\n"]);
  why = "it was asked to stop";
  const head = await fetch(`http://127.0.0.1:${health.port}/readyz?now`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([503, ""]);
});

test("nothing else is there", async () => {
  expect((await ask("/constructor"))[0]).toBe(404);
});

test("a port that is taken is refused with what to do", async () => {
  const again = serveHealth({ host: "127.0.0.1", port: health.port, unready: () => undefined });
  await expect(again).rejects.toThrow(/choose another with --health-port/);
});

test("without metrics there is no page of them", async () => {
  expect(await ask("/metrics")).toEqual([404, "there are /livez, /readyz\n"]);
});
