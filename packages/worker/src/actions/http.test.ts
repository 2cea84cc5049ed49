import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type AttemptOptions, attempt } from "../../../../test/support/worker/attempts.js";
import { type HttpOptions, http } from "./http.js";

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A real server on loopback: its address, and what it was asked. */
async function serve(answer: (response: ServerResponse, request: Received) => void) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    answer(response, received.at(-1) as Received);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const answering = (status: number, body = "", headers: Record<string, string> = {}) =>
  serve((response) => response.writeHead(status, headers).end(body));

function request(options: HttpOptions, more: AttemptOptions = {}) {
  return attempt({ ...more, config: { actions: [http({ name: "act", ...options })] } });
}

describe("http", () => {
  it("sends key and token, and hands the JSON answer on", async () => {
    const { url, received } = await answering(200, '{"id":7}', {
      "content-type": "application/json",
      etag: "e",
    });
    const outcome = await request(
      {
        url: `${url}/orders/{{order}}?q={{ note }}`,
        method: "put",
        headers: { authorization: "Bearer {{token}}" },
        json: { note: "{{note}}", list: [1, "{{order}}"], same: null },
      },
      { command: { variables: { order: "a/b", note: 'x" & y', token: "t" } } },
    );
    expect(received).toMatchObject([
      {
        method: "PUT",
        url: "/orders/a%2Fb?q=x%22%20%26%20y",
        headers: {
          "idempotency-key": "run-1:b.0",
          "fencing-token": "42",
          authorization: "Bearer t",
          "content-type": "application/json",
        },
        body: '{"note":"x\\" & y","list":[1,"a/b"],"same":null}',
      },
    ]);
    expect(outcome).toMatchObject({
      type: "succeeded",
      markers: ["status_200", "status_2xx"],
      context: `PUT ${url}/orders/a%2Fb answered 200`,
    });
    expect(JSON.parse((outcome as { output: string }).output)).toEqual({
      status: 200,
      headers: { "content-type": "application/json", etag: "e" },
      body: { id: 7 },
      isCut: false,
    });
  });

  it("takes everything from variables when the options say nothing", async () => {
    const { url, received } = await answering(404, "gone");
    const variables = {
      http_url: `${url}/x?y=1`,
      http_method: "delete",
      http_headers: '{"x-level": 5}',
      http_body: "text",
      http_accept: "404, 410",
    };
    expect(await request({}, { command: { variables } })).toMatchObject({
      type: "succeeded",
      markers: ["status_404", "status_4xx"],
    });
    expect(received).toMatchObject([
      { method: "DELETE", url: "/x?y=1", body: "text", headers: { "x-level": "5" } },
    ]);
  });

  it("is a GET without and a POST with something to send; a variable may be the whole address", async () => {
    const { url, received } = await answering(204);
    const variables = { where: `${url}/?a=b` };
    await request({ url: "{{where}}" }, { command: { variables } });
    await request({ url: "{{where}}", body: "hello {{nobody}}" }, { command: { variables } });
    expect(received).toMatchObject([
      { method: "GET", url: "/?a=b", body: "" },
      { method: "POST", body: "hello " },
    ]);
  });

  it("keeps so much of a body and does not wait for the rest", async () => {
    const { url } = await serve((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write(`"${"é".repeat(40_000)}`);
    });
    const outcome = await request({ url, bodyBytesMax: 1_000 });
    expect(outcome).toMatchObject({ markers: ["status_200", "status_2xx", "body_cut"] });
    const { body, isCut } = JSON.parse((outcome as { output: string }).output) as Record<string, unknown>;
    expect({ body, isCut }).toEqual({ body: `"${"é".repeat(499)}`, isCut: true });
  });

  it("keeps a body as text when it only claims to be JSON", async () => {
    const { url } = await answering(200, "{oops", { "content-type": "application/problem+json" });
    const outcome = await request({ url });
    expect(JSON.parse((outcome as { output: string }).output)).toMatchObject({ body: "{oops" });
  });

  it.each([400, 401, 404, 409, 422])("fails for good at %i", async (status) => {
    const { url } = await answering(status, "because");
    expect(await request({ url: `${url}/a?secret=1` })).toMatchObject({
      type: "failed",
      retryable: false,
      error: { message: expect.stringMatching(new RegExp(`^GET ${url}/a answered ${status} .*: because$`)) },
    });
  });

  it.each([408, 425, 429, 500, 502, 503])("fails for now at %i", async (status) => {
    const { url } = await answering(status);
    const outcome = await request({ url });
    expect(outcome).toMatchObject({ type: "failed", retryable: true });
    expect(outcome).not.toHaveProperty("retryAfterMs");
  });

  it("waits as long as the server asks for", async () => {
    const waitAfter = async (status: number, text: string) => {
      const { url } = await answering(status, "", { "retry-after": text });
      return ((await request({ url })) as { retryAfterMs?: number }).retryAfterMs;
    };
    expect(await waitAfter(429, "7")).toBe(7_000);
    expect(await waitAfter(503, new Date(Date.now() + 3_600_000).toUTCString())).toBeGreaterThan(3_000_000);
    expect(await waitAfter(503, new Date(0).toUTCString())).toBe(0);
    expect(await waitAfter(503, "soon")).toBeUndefined();
  });

  it("follows no redirect, and says where it would have led", async () => {
    const target = await answering(200);
    const { url } = await answering(302, "", { location: target.url });
    expect(await request({ url })).toMatchObject({
      type: "failed",
      retryable: false,
      error: { message: expect.stringContaining(`redirects are not followed: ${target.url}`) },
    });
    expect(await request({ url, accept: [302] })).toMatchObject({ markers: ["status_302", "status_3xx"] });
    expect(target.received).toEqual([]);
  });

  it("fails for now when nobody answers or the answer breaks off", async () => {
    const { url } = await serve((response) => response.socket?.destroy());
    expect(await request({ url })).toMatchObject({ type: "failed", retryable: true });
    const broken = await serve((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.socket?.destroy());
    });
    expect(await request({ url: broken.url })).toMatchObject({ type: "failed", retryable: true });
  });

  it("ends at an abort while it waits for the answer", async () => {
    const abort = new AbortController();
    const { url } = await serve(() => abort.abort("cancelled"));
    expect(await request({ url }, { signal: abort.signal })).toMatchObject({
      type: "cancelled",
      reason: "cancelled",
    });
  });

  it("changes nothing in a dry run, and still asks", async () => {
    const { url, received } = await answering(200);
    const command = { dryRun: true };
    expect(await request({ url: `${url}/x?y`, body: "b" }, { command })).toMatchObject({
      type: "succeeded",
      markers: [],
      context: `dry run: POST ${url}/x was not sent`,
    });
    expect(received).toEqual([]);
    expect(await request({ url }, { command })).toMatchObject({ markers: ["status_200", "status_2xx"] });
  });

  it.each<[HttpOptions, Record<string, string>, string]>([
    [{}, {}, "there is no address; set `url`"],
    [{ url: "{{nobody}}" }, {}, "there is no address"],
    [{ url: "not an address" }, {}, '"not an address" is no http or https address'],
    [{ url: "file:///etc/passwd" }, {}, "is no http or https address"],
    [{ url: "http://127.0.0.1", method: "GET", body: "b" }, {}, "GET sends no body"],
    [
      { url: "http://127.0.0.1", headers: { a: "{{x}}" } },
      { x: "1\r\nb: 2" },
      'the header "a" cannot be sent',
    ],
    [{ url: "http://127.0.0.1" }, { http_headers: "[]" }, "http_headers must be a JSON object"],
    [{ url: "http://127.0.0.1" }, { http_headers: "a: b" }, "http_headers must be a JSON object"],
  ])("refuses %j with %j for good: %s", async (options, variables, message) => {
    expect(await request(options, { command: { variables } })).toMatchObject({
      type: "failed",
      retryable: false,
      error: { message: expect.stringContaining(message) },
    });
  });

  it("puts half a surrogate pair into an address without breaking", async () => {
    const { url, received } = await answering(200);
    await request({ url: `${url}/{{x}}` }, { command: { variables: { x: "\uD83D" } } });
    expect(received).toMatchObject([{ url: "/%EF%BF%BD" }]);
  });
});
