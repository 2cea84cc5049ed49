/** What programs do over HTTP, against a real Redis: every route once, and what each refuses. */
import { doubtGateType, noDeadlineAt } from "@runfleet/model";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";
import { gateOf } from "../../../../test/support/client-fleet.js";

let server: ApiServer;
const ask: ApiServer["ask"] = (...request) => server.ask(...request);
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
});
afterAll(() => server.close());

async function startRun(): Promise<string> {
  const { status, body } = await ask("POST", "/api/v1/runs", {
    body: { workflow: "greet", inputs: { whom: "x", loud: true } },
  });
  expect(status).toBe(201);
  return body.id;
}

async function waitingRun(): Promise<string> {
  const id = await startRun();
  await server.under.workOn(id, { gate: gateOf(id) });
  return id;
}

test("a run is started, listed, looked at and explained", async () => {
  const started = await ask("POST", "/api/v1/runs", {
    body: {
      ...{ workflow: "greet", inputs: { whom: "x" }, label: "demo", priority: 3 },
      ...{ pluginDirs: ["plugins"], triggeredByHook: true },
    },
  });
  expect(started).toMatchObject({ status: 201, body: { status: "pending" } });
  const { id } = started.body;
  expect(started.headers.get("location")).toBe(`/api/v1/runs/${id}`);
  const one = await ask("GET", `/api/v1/runs/${id}`);
  expect(one.body).toMatchObject({
    ...{ id, label: "demo", priority: 3, inputs: { whom: "x", tone: "kind" } },
    ...{ pluginDirs: ["plugins"], triggeredByHook: true },
  });
  const list = await ask("GET", "/api/v1/runs?workflow=greet&status=pending&limit=500");
  expect(list.body.runs.map((run: { id: string }) => run.id)).toContain(id);
  const why = await ask("GET", `/api/v1/runs/${id}/explanation`);
  expect(why.body).toMatchObject({ id, cause: "no_worker", remedy: expect.any(String) });
});

test.each(["runs", "gates", "schedules", "limits"])(
  "a made up cursor of a list of %s is refused",
  async (list) => {
    const { status, body } = await ask("GET", `/api/v1/${list}?cursor=no%20such%20cursor`);
    expect([status, body.code]).toEqual([400, "invalid_usage"]);
    expect(body.detail).toContain(`no cursor of a list of ${list}`);
  },
);

test("lists come in pages that fit together", async () => {
  const ids = [await startRun(), await startRun(), await startRun()];
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await ask("GET", `/api/v1/runs?limit=1${query}`);
    seen.push(...body.runs.map((run: { id: string }) => run.id));
    cursor = body.cursor;
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toEqual(expect.arrayContaining(ids));
});

test("a repeated key gives the run that exists, from body or header; other inputs are a conflict", async () => {
  const body = { workflow: "greet", inputs: { whom: "x" } };
  const first = await ask("POST", "/api/v1/runs", { body: { ...body, idempotencyKey: "k1" } });
  const again = await ask("POST", "/api/v1/runs", { body, headers: { "idempotency-key": "k1" } });
  expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
  const found = await ask("GET", "/api/v1/runs?idempotencyKey=k1&workflow=greet", { who: "viewer" });
  expect(found.body).toMatchObject({ runs: [{ id: first.body.id }], cursor: null });
  expect((await ask("GET", "/api/v1/runs?idempotencyKey=k3")).body).toEqual({ runs: [], cursor: null });
  const other = await ask("POST", "/api/v1/runs", {
    body: { workflow: "greet", inputs: { whom: "y" }, idempotencyKey: "k1" },
  });
  expect(other).toMatchObject({ status: 409, body: { code: "idempotency_conflict" } });
  const both = await ask("POST", "/api/v1/runs", {
    body: { ...body, idempotencyKey: "k1" },
    headers: { "idempotency-key": "k2" },
  });
  expect(both).toMatchObject({ status: 400, body: { code: "invalid_usage" } });
});

test("a gate is listed and answered once, and who answered is the token's name", async () => {
  const id = await waitingRun();
  const gates = await ask("GET", `/api/v1/gates?runId=${id}`);
  expect(gates.body.gates).toMatchObject([{ runId: id, name: "human_review", prompt: "ship it?" }]);
  const wrong = await ask("POST", `/api/v1/runs/${id}/gates/human_review/approve`, {
    body: { selections: ["c"] },
  });
  expect(wrong).toMatchObject({ status: 422, body: { code: "invalid_input" } });
  const answer = await ask("POST", `/api/v1/runs/${id}/gates/human_review/approve`, {
    who: "operator",
    body: { feedback: "go", selections: ["a"] },
  });
  expect(answer).toMatchObject({ status: 200, body: { id } });
  const late = await ask("POST", `/api/v1/runs/${id}/gates/human_review/reject`);
  expect(late).toMatchObject({
    status: 409,
    body: { code: "gate_answered", details: { by: "test-operator" } },
  });
  expect(await server.under.inboxOf(id)).toMatchObject([
    { verdict: "approved", by: "test-operator", feedback: "go" },
  ]);
});

test("a step in doubt is told what its result was, and anything else is refused", async () => {
  const id = await startRun();
  const options = { retry: "run it", done: "go on", fail: "give it up" };
  const doubt = { name: "charge", gateType: doubtGateType, deadline: noDeadlineAt, options };
  await server.under.workOn(id, { gate: { ...gateOf(id), ...doubt } });
  const approve = (body: object) => ask("POST", `/api/v1/runs/${id}/gates/charge/approve`, { body });
  expect(await approve({})).toMatchObject({ status: 422, body: { code: "invalid_input" } });
  expect(await approve({ result: { marker: ["x"] } })).toMatchObject({
    status: 400,
    body: { code: "invalid_usage", errors: [{ path: "body/result" }] },
  });
  expect((await approve({ selections: ["retry"], result: {} })).status).toBe(422);
  const result = { markers: ["charged"], output: { receipt: 7 } };
  expect((await approve({ result })).status).toBe(200);
  expect(await server.under.inboxOf(id)).toMatchObject([
    { verdict: "approved", selections: ["done"], result },
  ]);
});

test("a run is cancelled, signalled, terminated, retried as its state allows", async () => {
  const id = await waitingRun();
  const signal = await ask("POST", `/api/v1/runs/${id}/signals`, {
    body: { name: "go", data: { n: 1 }, dedupeId: "1" },
  });
  expect(signal).toMatchObject({
    status: 200,
    body: { id, received: "new", isExpected: false, expected: [] },
  });
  expect((await ask("POST", `/api/v1/runs/${id}/cancel`, { body: { reason: "no need" } })).status).toBe(200);
  const run = await ask("GET", `/api/v1/runs/${id}`);
  expect(run.body.cancel).toMatchObject({ reason: "no need", by: "test-admin" });
  expect((await ask("POST", `/api/v1/runs/${id}/terminate`)).status).toBe(200);
  expect(await ask("POST", `/api/v1/runs/${id}/cancel`)).toMatchObject({
    status: 409,
    body: { code: "run_ended" },
  });
  expect(await ask("POST", `/api/v1/runs/${id}/retry`)).toMatchObject({
    status: 409,
    body: { code: "retry_refused" },
  });
});

test("runs are listed by their label, and by how it begins", async () => {
  const body = { workflow: "greet", inputs: { whom: "x" }, label: "release 1.2" };
  const { body: started } = await ask("POST", "/api/v1/runs", { body });
  for (const query of [
    "label=release%201.2&status=pending",
    "labelPrefix=release",
    "labelPrefix=release&roots=true",
  ]) {
    const list = await ask("GET", `/api/v1/runs?${query}`, { who: "viewer" });
    expect(list.body.runs.map((run: { id: string }) => run.id)).toEqual([started.id]);
  }
  expect((await ask("GET", "/api/v1/runs?label=release")).body.runs).toEqual([]);
  expect(await ask("GET", "/api/v1/runs?label=a&labelPrefix=a")).toMatchObject({ status: 400 });
});

test("a workflow is checked and published, as text or as data", async () => {
  const source = 'workflow fresh { script say { run = "echo hi" } }';
  const checked = await ask("POST", "/api/v1/validate", { body: { source: "workflow w { call }" } });
  expect(checked.body).toMatchObject({ ok: false, diagnostics: [{ severity: "error", line: 1 }] });
  expect((await ask("POST", "/api/v1/validate", { body: { source } })).body).toEqual({
    ok: true,
    diagnostics: [],
  });
  const published = await ask("POST", "/api/v1/workflows", { body: { source } });
  expect(published).toMatchObject({ status: 201, body: { name: "fresh" } });
  const list = await ask("GET", "/api/v1/workflows");
  expect(list.body.workflows.map((workflow: { name: string }) => workflow.name)).toEqual(["fresh", "greet"]);
  const broken = await ask("POST", "/api/v1/workflows", { body: { definition: { name: "half" } } });
  expect(broken).toMatchObject({ status: 400, body: { code: "invalid_usage" } });
  expect(broken.body.errors.map((error: { path: string }) => error.path)).toContain("body/definition/body");
});

test.each([
  ["GET", "/api/v1/runs/nope", undefined, 404, "run_not_found"],
  ["GET", "/api/v1/nothing", undefined, 404, "route_not_found"],
  ["GET", `/api/v1/runs/${"x".repeat(200)}`, undefined, 404, "run_not_found"],
  ["GET", `/api/v1/workflows/${"%C3%A9".repeat(100)}`, undefined, 404, "workflow_not_found"],
  ["GET", `/api/v1/runs/${"x".repeat(601)}`, undefined, 414, "invalid_usage"],
  ["GET", "/api/v1/runs/%ff", undefined, 400, "invalid_usage"],
  ["GET", "/api/v1/runs?limit=0", undefined, 400, "invalid_usage"],
  ["GET", "/api/v1/runs?colour=red", undefined, 400, "invalid_usage"],
  ["POST", "/api/v1/runs", { workflow: "nope" }, 404, "workflow_not_found"],
  ["POST", "/api/v1/runs", { workflow: "greet" }, 422, "invalid_input"],
  ["POST", "/api/v1/runs", { workflow: "greet", colour: "red" }, 400, "invalid_usage"],
  ["POST", "/api/v1/runs", undefined, 400, "invalid_usage"],
  ["POST", "/api/v1/runs", { workflow: "greet", inputs: { whom: "x".repeat(300_000) } }, 413, "too_large"],
  ["POST", "/api/v1/validate", {}, 400, "invalid_usage"],
  ["POST", "/api/v1/validate", { source: "x".repeat(3_000_000) }, 413, "too_large"],
])("%s %s refused", async (method, path, body, status, code) => {
  const answer = await ask(method, path, { body });
  expect(answer).toMatchObject({ status, body: { code, status, type: `urn:runfleet:error:${code}` } });
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.headers.get("x-request-id")).toBe(answer.body.requestId);
});

test("a body that is no JSON, or of another type, is refused before anything is done", async () => {
  const send = (type: string, body: string) =>
    fetch(`${server.url}/api/v1/runs`, {
      method: "POST",
      headers: { authorization: "Bearer secret-of-the-admin", "content-type": type },
      body,
    });
  expect((await send("application/json", "{")).status).toBe(400);
  expect((await send("text/plain", "workflow=greet")).status).toBe(415);
});

test("a request id is kept when it is one", async () => {
  const given = await ask("GET", "/api/v1/fleet", { headers: { "x-request-id": "mine-1" } });
  expect(given.headers.get("x-request-id")).toBe("mine-1");
  const odd = await ask("GET", "/api/v1/fleet", { headers: { "x-request-id": "a b" } });
  expect(odd.headers.get("x-request-id")).not.toBe("a b");
  expect(given.body).toMatchObject({ workers: [], pools: [{ name: "default" }] });
});

test("the fleet says who leads what", async () => {
  await server.under.store.claimSink({ sink: "archive", workerId: "w1", ttlMs: 60_000 });
  const { body } = await ask("GET", "/api/v1/fleet");
  expect(body.leads).toMatchObject([{ what: "sink", name: "archive", worker: "w1" }]);
});

test("a run is started once more, and what cannot be forked is refused", async () => {
  const id = await startRun();
  const again = await ask("POST", `/api/v1/runs/${id}/rerun`, { body: { inputs: { whom: "y" } } });
  expect(again.status).toBe(201);
  expect(again.headers.get("location")).toBe(`/api/v1/runs/${again.body.id}`);
  const { body } = await ask("GET", `/api/v1/runs/${again.body.id}`);
  expect(body).toMatchObject({ rerunOf: id, inputs: { whom: "y", loud: "true" } });
  const fork = await ask("POST", `/api/v1/runs/${id}/fork`, { body: { from: "say" } });
  expect(fork).toMatchObject({ status: 409, body: { code: "fork_refused" } });
  await server.under.workOn(id);
  const forked = await ask("POST", `/api/v1/runs/${id}/fork`, {
    body: { from: "say", idempotencyKey: "f1" },
  });
  expect(forked.status).toBe(201);
  const repeat = await ask("POST", `/api/v1/runs/${id}/fork`, {
    body: { from: "b.0", idempotencyKey: "f1" },
  });
  expect(repeat).toMatchObject({ status: 200, body: { id: forked.body.id } });
});

test("what a step was given is told with the texts that use it, secrets masked; no step is no such place", async () => {
  const token = "a token nobody may read";
  const source = `workflow given {
    inputs { whom required  token secret  long optional }
    script say { run = "echo {{inputs.whom}} {{nothing}} {{token}}"  env = { TO = "{{whom}}" } }
  }`;
  const published = await ask("POST", "/api/v1/workflows", { body: { source } });
  expect(published.body).toMatchObject({ name: "given" });
  const inputs = { whom: "<b>Ann</b>", token, long: "x".repeat(5_000) };
  const { id } = (await ask("POST", "/api/v1/runs", { body: { workflow: "given", inputs } })).body;
  const early = await ask("GET", `/api/v1/runs/${id}/steps/b.0/variables`);
  expect(early).toMatchObject({ status: 404, body: { code: "route_not_found" } });
  await server.under.workOn(id);
  const told = await ask("GET", `/api/v1/runs/${id}/steps/b.0/variables`, { who: "viewer" });
  expect(told.body).toMatchObject({ id, address: "b.0", attempt: 1, leftOut: 0 });
  expect(told.body.variables.slice(0, 3)).toEqual([
    { name: "whom", value: "<b>Ann</b>", isCut: false, usedIn: ["run", "env.TO"] },
    { name: "nothing", value: null, isCut: false, usedIn: ["run"] },
    { name: "token", value: "***", isCut: false, usedIn: ["run"] },
  ]);
  const long = told.body.variables.find(({ name }: { name: string }) => name === "long");
  expect(long).toMatchObject({ isCut: true, usedIn: [] });
  expect(Buffer.byteLength(long.value)).toBeLessThanOrEqual(1_024);
  expect(told.body.unknown[0]).toContain("runContext");
  for (const path of ["b.7/variables", "b.0/variables?attempt=2"])
    expect((await ask("GET", `/api/v1/runs/${id}/steps/${path}`)).body.code).toBe("route_not_found");
  const unknown = await ask("GET", "/api/v1/runs/nobody/steps/b.0/variables");
  expect(unknown).toMatchObject({ status: 404, body: { code: "run_not_found" } });
});

test("the definition of a run is the version it was started with, whatever is published since", async () => {
  const source = (run: string) => `workflow versioned { script only { run = "${run}" } }`;
  const publish = (run: string) => ask("POST", "/api/v1/workflows", { body: { source: source(run) } });
  const first = await publish("one");
  const { body } = await ask("POST", "/api/v1/runs", { body: { workflow: "versioned" } });
  await publish("two");
  const told = await ask("GET", `/api/v1/runs/${body.id}/definition`, { who: "viewer" });
  expect(told.body).toMatchObject({
    ...{ id: body.id, hash: first.body.hash },
    definition: { name: "versioned", body: [{ kind: "script", run: "one" }] },
  });
  const unknown = await ask("GET", "/api/v1/runs/nobody/definition");
  expect(unknown).toMatchObject({ status: 404, body: { code: "run_not_found" } });
});
