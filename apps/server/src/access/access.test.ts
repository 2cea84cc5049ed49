/** Every route with no token, with each role, and as another site would send it; sessions of people; the audit. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";

let server: ApiServer;
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
});
afterAll(() => server.close());

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly role: "anybody" | "viewer" | "operator" | "admin";
}

async function operations(): Promise<Operation[]> {
  const { body } = await server.ask("GET", "/api/openapi.json");
  return Object.entries(body.paths as Record<string, Record<string, Record<string, string>>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: path.replace(/\{[a-z]+\}/g, "x"),
        role: operation["x-required-role"] as Operation["role"],
      })),
  );
}

const whos = [null, "viewer", "operator", "admin"] as const;

test("what each role may do is what is written here", async () => {
  const table = (await operations()).map(({ method, path, role }) => `${role} ${method} ${path}`).sort();
  expect(table).toMatchInlineSnapshot(`
    [
      "admin DELETE /api/v1/schedules/x",
      "admin POST /api/v1/runs/x/terminate",
      "admin POST /api/v1/schedules",
      "admin POST /api/v1/workflows",
      "anybody DELETE /api/v1/session",
      "anybody POST /api/v1/session",
      "operator DELETE /api/v1/limits/x",
      "operator POST /api/v1/runs",
      "operator POST /api/v1/runs/bulk/cancel",
      "operator POST /api/v1/runs/bulk/retry",
      "operator POST /api/v1/runs/x/cancel",
      "operator POST /api/v1/runs/x/fork",
      "operator POST /api/v1/runs/x/gates/x/approve",
      "operator POST /api/v1/runs/x/gates/x/reject",
      "operator POST /api/v1/runs/x/rerun",
      "operator POST /api/v1/runs/x/retry",
      "operator POST /api/v1/runs/x/signals",
      "operator POST /api/v1/schedules/x/pause",
      "operator POST /api/v1/schedules/x/resume",
      "operator POST /api/v1/schedules/x/run",
      "operator PUT /api/v1/limits/x",
      "viewer GET /api/v1/fleet",
      "viewer GET /api/v1/gates",
      "viewer GET /api/v1/limits",
      "viewer GET /api/v1/runs",
      "viewer GET /api/v1/runs/x",
      "viewer GET /api/v1/runs/x/definition",
      "viewer GET /api/v1/runs/x/events",
      "viewer GET /api/v1/runs/x/explanation",
      "viewer GET /api/v1/runs/x/logs",
      "viewer GET /api/v1/runs/x/steps/x/variables",
      "viewer GET /api/v1/scaler",
      "viewer GET /api/v1/schedules",
      "viewer GET /api/v1/schedules/x",
      "viewer GET /api/v1/schedules/x/firings",
      "viewer GET /api/v1/session",
      "viewer GET /api/v1/usage",
      "viewer GET /api/v1/workflows",
      "viewer GET /api/v1/workflows/x",
      "viewer POST /api/v1/validate",
    ]
  `);
});

test("every route takes its role and those above it, and nobody else", async () => {
  const wrong: string[] = [];
  for (const { method, path, role } of await operations()) {
    for (const [rank, who] of whos.entries()) {
      const { status } = await server.ask(method, path, { who });
      const needed = role === "anybody" ? 0 : whos.indexOf(role);
      const refused = status === 401 || status === 403;
      const isWrong = rank >= needed ? refused && path !== "/api/v1/session" : !refused;
      if (isWrong) wrong.push(`${who} ${method} ${path}: ${status}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("nothing that changes anything is taken from another site, whoever's token it carries", async () => {
  const changing = (await operations()).filter(({ method }) => method !== "GET");
  expect(changing.length).toBeGreaterThan(8);
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
  ]) {
    for (const { method, path } of changing) {
      const { status, body } = await server.ask(method, path, {
        headers: { ...headers } as Record<string, string>,
      });
      expect(`${method} ${path} ${status} ${body.code}`).toBe(`${method} ${path} 403 forbidden`);
    }
  }
});

test("the description needs a token too; health does not, nor do the pages, which hold no data", async () => {
  expect((await server.ask("GET", "/api/openapi.json", { who: null })).status).toBe(401);
  expect((await server.ask("GET", "/api/openapi.json", { who: "viewer" })).status).toBe(200);
  for (const path of ["/livez", "/readyz", "/", "/runs/some-run", "/icon.svg"])
    expect((await server.ask("GET", path, { who: null })).status).toBe(200);
});

test("a wrong secret is nobody", async () => {
  for (const authorization of [
    "Bearer secret-of-the-admi",
    "Basic secret-of-the-admin",
    "secret-of-the-admin",
    "Bearer",
  ]) {
    const { status, headers } = await server.ask("GET", "/api/v1/fleet", {
      who: null,
      headers: { authorization },
    });
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe("Bearer");
  }
});

test("no answer repeats a secret, whatever is wrong with the request", async () => {
  const authorization = "Bearer a-secret-that-nobody-has";
  const requests = (await operations()).map(({ method, path }) => ({ method, path }));
  const odd = [
    { method: "GET", path: "/api/v1/nothing" },
    { method: "POST", path: "/api/v1/runs?token=x" },
  ];
  for (const { method, path } of [...requests, ...odd]) {
    for (const headers of [{ authorization }, { authorization: "Bearer secret-of-the-viewer" }]) {
      const { body, headers: answered } = await server.ask(method, path, { who: null, headers });
      const text = JSON.stringify([body, [...answered]]);
      expect(text).not.toMatch(/a-secret-that|secret-of-the/);
    }
  }
  expect(JSON.stringify([server.faults, server.audited])).not.toMatch(/a-secret-that|secret-of-the/);
});

describe("a session", () => {
  async function signIn(): Promise<string> {
    const { headers, status } = await server.ask("POST", "/api/v1/session", {
      who: null,
      body: { token: "secret-of-the-operator" },
    });
    expect(status).toBe(200);
    return headers.get("set-cookie") ?? "";
  }
  const as = (cookie: string) => ({ who: null, headers: { cookie: cookie.split(";")[0] ?? "" } }) as const;

  test("is a cookie that no script reads and no other site sends", async () => {
    const cookie = await signIn();
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    expect(cookie).not.toContain("secret");
    const me = await server.ask("GET", "/api/v1/session", as(cookie));
    expect(me.body).toEqual({ name: "test-operator", role: "operator" });
    expect((await server.ask("POST", "/api/v1/workflows", { ...as(cookie), body: {} })).status).toBe(403);
  });

  test("is not taken when it was changed, signed out or made up", async () => {
    const cookie = await signIn();
    const forged = cookie.replace("test-operator", "test-admin");
    expect((await server.ask("GET", "/api/v1/session", as(forged))).status).toBe(401);
    expect((await server.ask("GET", "/api/v1/session", as("runfleet_session=test-admin"))).status).toBe(401);
    const out = await server.ask("DELETE", "/api/v1/session", as(cookie));
    expect(out.headers.get("set-cookie")).toMatch(/runfleet_session=;/);
  });

  test("is refused for a wrong token, and guessing is slowed down", async () => {
    const guess = () => server.ask("POST", "/api/v1/session", { who: null, body: { token: "a guess" } });
    expect((await guess()).body.code).toBe("unauthenticated");
    const statuses: number[] = [];
    for (let count = 0; count < 25; count += 1) statuses.push((await guess()).status);
    expect(statuses.at(-1)).toBe(429);
  });
});

test("who changed what is told to the audit, refused requests too; reads are not", async () => {
  const before = server.audited.length;
  await server.ask("GET", "/api/v1/fleet");
  await server.ask("POST", "/api/v1/runs/some-run/cancel", { who: "operator" });
  await server.ask("POST", "/api/v1/runs/some-run/terminate", { who: "viewer" });
  await expect
    .poll(() => server.audited.slice(before))
    .toMatchObject([
      {
        actor: "test-operator",
        role: "operator",
        route: "/api/v1/runs/:id/cancel",
        runId: "some-run",
        status: 404,
      },
      { actor: "test-viewer", route: "/api/v1/runs/:id/terminate", status: 403 },
    ]);
});

// The last one: from here on this address is refused without a token.
test("who tries one secret after the other is slowed down", async () => {
  const guess = async (): Promise<number> => {
    const headers = { authorization: `Bearer guess-${Math.random()}` };
    return (await server.ask("GET", "/api/v1/fleet", { who: null, headers })).status;
  };
  const statuses: number[] = [];
  for (let round = 0; round < 310; round += 1) statuses.push(await guess());
  expect(statuses.at(-1)).toBe(429);
  expect((await server.ask("GET", "/api/v1/fleet", { who: "viewer" })).status).toBe(200);
});
