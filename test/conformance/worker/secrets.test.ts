// A secret goes through everything a run can do with it, and is then looked for everywhere a run can be looked at, and in
// every key of Redis. It reaches what needs it, and shows up nowhere.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@runfleet/client";
import { type AnyAction, execAgent, http } from "@runfleet/worker";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { eventually } from "../../support/eventually.js";
import { openSecretFleet, type SecretFleet } from "../../support/secret-fleet.js";

const canary = `ca"nary-${"7f3k".repeat(6)}`;
const key = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString("base64")}`;
const keys = key("k1", 1);

/** What steps were given, by their name. */
const given: Record<string, string[]> = {};
function tell(name: string, value: string | undefined): void {
  given[name] = [...(given[name] ?? []), value ?? ""];
}

const leaky: AnyAction = {
  name: "leaky",
  async run({ variables, log, redactor }) {
    const token = variables["token"] ?? "";
    tell("leaky", token);
    log.warn(`the token is ${token}`, {
      token: "by name",
      nested: { deep: [token] },
      error: new Error(token),
    });
    expect(redactor.text(`${token}!`)).toBe("***!");
    const inAddress = encodeURIComponent(token);
    const inBase64 = Buffer.from(`user:${token}`).toString("base64");
    return {
      markers: [`said-${token}`],
      context: `${token} ${inAddress} ${inBase64}`,
      output: { token, [token]: token, list: [JSON.stringify({ token })] },
      resultText: `done with ${token}`,
    };
  },
};
const throwing: AnyAction = {
  name: "throwing",
  run: ({ variables }) => Promise.reject(new Error(`refused: ${variables["token"]}`)),
};

const parent = `workflow vault {
  inputs { token required secret list required }
  script prints {
    run = "echo {{token}}; echo $RUNFLEET_INPUT_TOKEN; echo $AUTH; env | grep RUNFLEET_SECRET; echo \\"$AUTH\\" >&2"
    env = { AUTH = "Bearer {{token}}" }
  }
  call leaky
  call http
  call agent
  gate human_approval { prompt = "send {{token}} and {{inputs.token}}?" }
  parallel { call leaky call http }
  foreach each { over = json filter = { from = "list" } max_parallel = 2 workflow = leaf
    inputs { auth = "Bearer {{token}}" plain = "{{item.id}}" } on_child_fail = continue }
  call workflow leaf { inputs { auth = "{{ inputs.token }}" plain = "x" } }
  call throwing { on_fail = continue }
  script breaks { run = "echo {{token}} >&2; exit 3" }
  always { script cleans { run = "echo {{token}} {{prior_contexts}}" } }
}`;
const leaf = `workflow leaf {
  inputs { auth required plain required }
  call child_sees
  script child_prints { run = "echo {{auth}} {{plain}}" }
}`;
const childSees: AnyAction = {
  name: "child_sees",
  async run({ variables }) {
    tell("child", variables["auth"]);
    return { context: `plain ${variables["plain"]}, ${variables["auth"]}` };
  },
};

let echo: Server;
let under: SecretFleet;
beforeAll(async () => {
  echo = createServer((request, response) => {
    tell("http", request.headers["x-token"] as string);
    response.writeHead(200, { "content-type": "application/json", etag: `"${request.headers["x-token"]}"` });
    response.end(JSON.stringify(request.headers));
  });
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => echo.close(resolve)));
afterEach(() => under.close());

async function open(clientKeys?: string): Promise<SecretFleet> {
  const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}/?key={{token}}`;
  const request = http({ url, headers: { "x-token": "{{token}}" } });
  const agent = execAgent({
    name: "agent",
    command: "cat",
    args: ["-", "/dev/null"],
    prompt: "use {{token}}",
  });
  under = await openSecretFleet(inject("redisUrl"), {
    ...(clientKeys === undefined ? {} : { keys: clientKeys }),
    config: { actions: [leaky, throwing, childSees, request, agent] },
    workflows: [leaf, parent],
  });
  return under;
}

const inputs = { token: canary, list: '["a","b"]' };

/** Everything anybody can read about the run, over every way to read it. */
async function readings(runId: string): Promise<string[]> {
  const { fleet, url, cli } = under;
  const history: unknown[] = [];
  for await (const event of fleet.events(runId)) history.push(event);
  const described = await fetch(`${url}/api/openapi.json`);
  const routes = Object.entries(((await described.json()) as { paths: Record<string, object> }).paths);
  const reads = routes.flatMap(([path, methods]) => ("get" in methods ? [path] : []));
  expect(reads).toContain("/api/v1/runs/{id}/explanation");
  const paths = [
    ...reads.map((path) => path.replace("{id}", runId).replace("{name}", "nightly")),
    ...[`/queues/api/queues?activeQueue=default`, `/queues/api/queues/default/${runId}`],
    `/queues/api/queues/default/${runId}/logs`,
  ];
  const texts = [JSON.stringify([await fleet.get(runId), await fleet.list(), history, await fleet.gates()])];
  for (const path of paths) {
    const response = await fetch(`${url}${path}`);
    expect([path, [200, 404]]).toEqual([path, expect.arrayContaining([response.status])]);
    texts.push(await response.text());
  }
  for (const command of ["show", "events", "explain", "watch"]) {
    texts.push(await cli(command, runId));
    if (command !== "watch") texts.push(await cli(command, runId, "--json"));
  }
  texts.push(await cli("list"), await cli("gates", "--json"));
  return texts;
}

/** The secret as it is, and as JSON, addresses and base64 would have it. */
function expectNothingOf(where: string, text: string): void {
  const forms = [canary, JSON.stringify(canary).slice(1, -1), "7f3k7f3k", encodeURIComponent(canary)];
  for (const form of [...forms, Buffer.from(canary).toString("base64").slice(0, 20)]) {
    const at = text.indexOf(form);
    expect(at < 0 ? "" : `${where}: …${text.slice(Math.max(0, at - 150), at + 60)}…`).toBe("");
  }
}

async function waitForGate(runId: string): Promise<void> {
  await eventually("the gate is open", async () =>
    (await under.fleet.gates()).gates.find((gate) => gate.runId === runId),
  );
}

test("a secret reaches the steps that need it, and nobody can read it, with a key not even in Redis", async () => {
  await open(keys);
  await under.work(`${key("k0", 9)},${keys}`);
  const start = await under.fleet.start("vault", { inputs, idempotencyKey: "once" });
  await waitForGate(start.id);
  expect((await under.fleet.gates()).gates[0]).toMatchObject({ prompt: "send *** and ***?" });
  expectNothingOf("redis while it waits", await under.dump());
  await start.approve();
  const document = await start.result();
  expect(document).toMatchObject({ status: "failed", inputs: { token: "***", list: '["a","b"]' } });
  expect(document.error?.message).toMatch(/exit code 3.*\*\*\*/);
  const steps = new Map(document.steps.map((step) => [step.name, step]));
  expect(steps.get("prints")?.context).toBe("***\n***\nBearer ***\n");
  expect(steps.get("cleans")).toMatchObject({ status: "completed" });
  expect(given["leaky"]).toEqual([canary, canary]);
  expect(given["http"]).toEqual([canary, canary]);
  expect(given["child"]?.sort()).toEqual([`Bearer ${canary}`, `Bearer ${canary}`, canary].sort());
  const child = await under.fleet.get(document.children[0] ?? "");
  expect(child).toMatchObject({ status: "completed", inputs: { auth: "***" } });

  const again = await start.rerun();
  const fork = await start.fork({ from: "human_approval" });
  await Promise.all([waitForGate(again.id), waitForGate(fork.id)]);
  await again.cancel();
  await fork.reject("human_approval");
  await Promise.all([again.result(), fork.result()]);
  expect(given["leaky"]).toEqual([canary, canary, canary]);
  const repeated = await under.fleet.start("vault", { inputs, idempotencyKey: "once" });
  expect([repeated.id, repeated.isRepeat]).toEqual([start.id, true]);
  await under.fleet.schedule("nightly", { workflow: "vault", inputs, cron: "0 3 * * *" });
  expect(
    await under.fleet.schedule("nightly", { workflow: "vault", inputs, cron: "0 3 * * *" }),
  ).toMatchObject({
    change: "unchanged",
    schedule: { inputs: { token: "***" } },
  });
  const fired = await under.fleet.fireSchedule("nightly");
  await waitForGate(fired.id);
  await fired.terminate();
  expect(given["leaky"]).toHaveLength(4);

  for (const runId of [start.id, child.id]) {
    for (const [index, text] of (await readings(runId)).entries())
      expectNothingOf(`reading ${index} of ${runId}`, text);
  }
  for (const run of [again, fork, fired]) expectNothingOf("a document", JSON.stringify(await run.get()));
  expectNothingOf("redis", await under.dump());
  await under.archived("run.failed");
  const written = await under.written();
  expect(written).toMatch(/the token is \*\*\*/);
  expectNothingOf("log, archive or work folder", written);
}, 60_000);

test("without a key it lies in Redis once, and what is read is the same", async () => {
  await open();
  const run = await under.fleet.start("vault", { inputs });
  await under.work();
  await waitForGate(run.id);
  await run.cancel();
  await run.result();
  for (const [index, text] of (await readings(run.id)).entries()) expectNothingOf(`reading ${index}`, text);
  expect((await under.dump()).split("nary-7f3k")).toHaveLength(2);
}, 60_000);

test("a worker without the key fails the step with what to do, and the run goes on where it has it", async () => {
  await open(keys);
  const run = await under.fleet.start("vault", { inputs });
  await under.work(key("other", 5));
  const failed = await run.result();
  expect(failed).toMatchObject({
    status: "failed",
    error: { code: "secret_unreadable", message: expect.stringMatching(/key "k1".*RUNFLEET_SECRET_KEYS/) },
  });
  const stranger = createClient({ redis: inject("redisUrl"), namespace: under.namespace, secretKeys: "" });
  await expect(stranger.rerun(run.id)).rejects.toMatchObject({ code: "secret_unreadable" });
  const anew = await stranger.rerun(run.id, { inputs: { token: "of somebody else" } });
  await anew.cancel();
  await stranger.close();
  await under.work(`${key("new", 6)},${keys}`);
  await run.retry();
  await waitForGate(run.id);
  expect((await run.get()).steps.find(({ name }) => name === "prints")).toMatchObject({ attempt: 1 });
}, 60_000);
