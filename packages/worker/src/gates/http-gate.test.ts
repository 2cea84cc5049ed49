/** The resolver of `http` gates against a real server on loopback: what approves, rejects, waits, and what is no answer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RunRecord } from "@runfleet/model";
import { afterEach, describe, expect, it } from "vitest";
import { gate } from "../../../../test/support/engine/definitions.js";
import { type HttpGateOptions, httpGate } from "./http-gate.js";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

type Received = Pick<IncomingMessage, "method" | "url" | "headers"> & { readonly body: string };

async function serve(answer: (response: ServerResponse) => void) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    answer(response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly options?: HttpGateOptions;
  readonly signal?: AbortSignal;
}

function ask(url: string, { params, variables = {}, options, signal }: Asked = {}) {
  return httpGate(options).poll({
    run: { id: "R" } as RunRecord,
    gate: gate("ready", { gateType: "http", params: { url, ...params } }),
    variables,
    signal: signal ?? new AbortController().signal,
  });
}

const answering = (status: number, body = "", headers: Record<string, string> = {}) =>
  serve((response) => response.writeHead(status, headers).end(body));

describe("an http gate", () => {
  it.each<[number, Record<string, string>, string]>([
    [200, {}, "approved"],
    [204, {}, "approved"],
    [202, {}, "pending"],
    [404, {}, "pending"],
    [409, {}, "pending"],
    [200, { approved: "201" }, "pending"],
    [202, { approved: "2xx" }, "approved"],
    [410, { rejected: "410" }, "rejected"],
    [503, { rejected: "5xx" }, "rejected"],
  ])("goes by the status %i with %o: %s", async (status, params, verdict) => {
    const { url } = await answering(status);
    expect(await ask(url, { params })).toMatchObject({ verdict });
  });

  it.each<[unknown, Record<string, string>, object]>([
    [{ data: { state: "success" } }, { field: "data.state" }, { verdict: "approved" }],
    [{ data: { state: "failure" } }, { field: "data.state" }, { verdict: "rejected" }],
    [{ data: { state: "running" } }, { field: "data.state" }, { verdict: "pending" }],
    [{ data: null }, { field: "data.state" }, { verdict: "pending" }],
    [
      { ok: true, why: "green" },
      { field: "ok", text: "why" },
      { verdict: "approved", text: "green" },
    ],
    [
      { ok: false, why: ["a"] },
      { field: "ok", text: "why" },
      { verdict: "rejected", text: '["a"]' },
    ],
    [{ n: 3 }, { field: "n", approved: "3" }, { verdict: "approved" }],
    [{ s: "gone" }, { field: "s", rejected: "gone" }, { verdict: "rejected", text: "s is gone" }],
  ])("goes by a member of the JSON %o with %o", async (body, params, answer) => {
    const { url } = await answering(200, JSON.stringify(body));
    expect(await ask(url, { params })).toMatchObject(answer);
  });

  it("reads JSON that begins with a byte order mark", async () => {
    const { url } = await answering(200, '\ufeff{"s":"success"}');
    expect(await ask(url, { params: { field: "s" } })).toMatchObject({ verdict: "approved" });
  });

  it.each<[string, number, string, Record<string, string>, RegExp]>([
    ["a server error", 500, "oops", {}, /answered 500$/],
    ["a refusal", 401, "", {}, /answered 401$/],
    ["a redirect", 302, "", {}, /answered 302$/],
    ["a server error that looks like a decision", 500, '{"s":"success"}', { field: "s" }, /answered 500$/],
    ["broken JSON", 200, '{"s":', { field: "s" }, /no JSON object/],
    [
      "JSON that is too long",
      200,
      JSON.stringify({ s: "x".repeat(70_000) }),
      { field: "s" },
      /answered more than 65536 bytes$/,
    ],
    ["JSON without members", 200, '"success"', { field: "s" }, /no JSON object/],
    ["an object where a word should be", 200, '{"s":{}}', { field: "s" }, /`s` is no text/],
  ])("takes %s for no answer", async (_case, status, body, params, problem) => {
    const { url } = await answering(status, body);
    await expect(ask(`${url}/state?token=secret`, { params })).rejects.toThrow(problem);
    await expect(ask(`${url}/state?token=secret`, { params })).rejects.not.toThrow(/secret/);
  });

  it("sends method, headers and body with values filled in; the owner's headers win", async () => {
    const { url, received } = await answering(200);
    await ask(`${url}/b/{{id}}`, {
      params: { method: "post", headers: "X-Id: {{id}}\nAuthorization: none", body: "id={{id}}" },
      variables: { id: "a/b" },
      options: { headers: { authorization: "Bearer s" } },
    });
    expect(received).toMatchObject([
      {
        method: "POST",
        url: "/b/a%2Fb",
        body: "id=a/b",
        headers: { "x-id": "a/b", authorization: "Bearer s" },
      },
    ]);
  });

  it("asks again when the gate, or the server, says so", async () => {
    const { url } = await answering(202);
    expect(await ask(url, { params: { every: "2m" } })).toEqual({ verdict: "pending", pollAfterMs: 120_000 });
    const hinting = await answering(202, "", { "retry-after": "7" });
    expect(await ask(hinting.url, { params: { every: "2m" } })).toMatchObject({ pollAfterMs: 7_000 });
  });

  it("heeds its signal while a server is silent, and a server that is not there is no answer", async () => {
    const { url } = await serve(() => {});
    const stop = new AbortController();
    const asked = ask(url, { signal: stop.signal });
    stop.abort(new Error("too late"));
    await expect(asked).rejects.toThrow("too late");
    await expect(ask("http://127.0.0.1:9/?token=secret")).rejects.toThrow(
      /^GET http:\/\/127\.0\.0\.1:9\/\S* had no answer$/,
    );
  });

  it.each([
    [{ url: "{{address}}" }, { address: "file:///etc" }, /no http or https address/],
    [{ method: "DELETE" }, {}, /`method` must be/],
    [{ headers: "X-A: {{a}}" }, { a: "\u0000secret" }, /^the header "X-A" cannot be sent$/],
  ])("says what is wrong with %o and %o", async (params, variables, problem) => {
    await expect(ask("http://127.0.0.1:9/", { params, variables })).rejects.toThrow(problem);
  });
});
