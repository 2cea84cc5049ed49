/** What really arrives at Kubernetes' API: a server of our own that has a certificate of the pod's authority stands in for it. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DeletionCost, publishDeletionCost } from "./deletion-cost.js";

interface Arrived {
  readonly line: string;
  readonly type: string | undefined;
  readonly token: string | undefined;
  readonly body: unknown;
}

const certificates = join(import.meta.dirname, "../../../test/support/kubernetes");
const arrived: Arrived[] = [];
const lines: string[] = [];
let answerWith: () => readonly [number, object];
let api: Server;
let accountFolder: string;
let published: DeletionCost | undefined;
let cost: number;

beforeEach(async () => {
  arrived.length = 0;
  lines.length = 0;
  cost = 0;
  answerWith = () => [200, { kind: "Pod" }];
  accountFolder = await mkdtemp(join(tmpdir(), "runfleet-account-"));
  await copyFile(join(certificates, "ca.crt"), join(accountFolder, "ca.crt"));
  await writeFile(join(accountFolder, "token"), "first-token\n");
  const [key, cert] = ["server.key", "server.crt"].map((name) => readFileSync(join(certificates, name)));
  api = createServer({ key, cert }, (request, response) => {
    void textOf(request).then((body) => {
      const { authorization, "content-type": type } = request.headers;
      arrived.push({
        ...{ line: `${request.method} ${request.url}`, type, token: authorization, body: JSON.parse(body) },
      });
      const [status, answer] = answerWith();
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await once(api.listen(0, "127.0.0.1"), "listening");
});

afterEach(async () => {
  published?.stop();
  api.close();
  api.closeAllConnections();
  await rm(accountFolder, { recursive: true, force: true });
});

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}

function publish(): void {
  const { port } = api.address() as AddressInfo;
  published = publishDeletionCost({
    pod: { name: "worker-7", namespace: "fleet", apiHost: "127.0.0.1", apiPort: port },
    ...{ accountFolder, cost: () => cost, log: (line) => lines.push(line), everyMs: 20 },
  });
}

const costs = () =>
  arrived.map(({ body }) => (body as { metadata: { annotations: object } }).metadata.annotations);
const annotated = (value: string) => ({ "controller.kubernetes.io/pod-deletion-cost": value });

test("the own pod is patched with the number, by the account of the pod", async () => {
  cost = 3;
  publish();
  await expect.poll(() => arrived).toHaveLength(1);
  expect(arrived[0]).toEqual({
    line: "PATCH /api/v1/namespaces/fleet/pods/worker-7",
    type: "application/merge-patch+json",
    token: "Bearer first-token",
    body: { metadata: { annotations: annotated("3") } },
  });
  expect(lines).toEqual([]);
});

test("only a change is told, with the token that lies there then", async () => {
  publish();
  await expect.poll(costs).toEqual([annotated("0")]);
  await writeFile(join(accountFolder, "token"), "renewed-token\n");
  cost = 2.7;
  await expect.poll(costs).toEqual([annotated("0"), annotated("2")]);
  expect(arrived[1]?.token).toBe("Bearer renewed-token");
  cost = -1;
  await expect.poll(costs).toEqual([annotated("0"), annotated("2"), annotated("0")]);
});

test("who may not is told once, with what to do, and once when it works", async () => {
  const message = 'pods "worker-7" is forbidden';
  answerWith = () => [403, { kind: "Status", message }];
  publish();
  await expect.poll(() => arrived.length).toBeGreaterThan(2);
  expect(lines).toEqual([expect.stringMatching(/it answers 403 pods .*forbidden.*verb patch on pods$/)]);
  answerWith = () => [200, {}];
  await expect.poll(() => lines).toHaveLength(2);
  expect(lines[1]).toContain("again");
});

test("nobody but the authority of the cluster is given the token", async () => {
  await copyFile(join(certificates, "other-ca.crt"), join(accountFolder, "ca.crt"));
  publish();
  await expect.poll(() => lines).toHaveLength(1);
  expect(lines[0]).toMatch(/certificate/);
  expect(arrived).toEqual([]);
});

test("outside of a pod, where there is no account, that is said", async () => {
  await rm(join(accountFolder, "token"));
  publish();
  await expect.poll(() => lines).toEqual([expect.stringMatching(/ENOENT.*token/)]);
});
