// What manifests start, ask and set is what our programs understand, answer and read: the chart, the base, the compose file and the
// image say so far from the code, and nothing else would notice a flag that was renamed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRecorder } from "@runfleet/metrics";
import { environmentDefaults, readEnvironment, serveHealth } from "@runfleet/service";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { closingMs } from "../../apps/cli/src/commands/worker.js";
import { type ApiServer, openApiServer } from "../support/api-server.js";
import { parsedWords } from "../support/parsed-command.js";
import { root } from "./render-chart.mjs";
import { type Manifest, renderedManifests, startedPrograms } from "./started-programs.js";

/** Where each program listens, by its options. */
const listensAt = {
  worker: ({ healthPort, healthHost }: Options) => ({ ports: [Number(healthPort)], host: healthHost }),
  server: ({ port, grpcPort, host }: Options) => ({ ports: [Number(port), Number(grpcPort)], host }),
} as const;
type Options = Readonly<Record<string, unknown>>;

/** Read by others: the image's own check, and the sender of KEDA's token. */
const forOthers = new Set(["HEALTH_PORT", "PATH", "NODE_ENV", "RUNFLEET_SCALER_TOKEN"]);

test("there are workers and servers of each kind of manifest", () => {
  const kinds = startedPrograms.map(({ where, words }) => `${where.split(" ")[0]} ${words[0]}`);
  for (const kind of ["minimal.yaml", "keda.yaml", "runfleet.yaml", "compose"])
    for (const program of ["worker", "server"]) expect(kinds).toContain(`${kind} ${program}`);
  expect(kinds).toContain("the worker");
});

describe.each(startedPrograms)("$where", ({ words, env, ports, probes, stopMs }) => {
  const program = words[0] as keyof typeof listensAt;

  test("is started with words that the command line takes, and asked where it then listens", async () => {
    const { reached, options } = await parsedWords(words);
    expect(reached).toBe(program);
    const { ports: own, host } = listensAt[program](options);
    expect(probes).not.toEqual([]);
    for (const { port, isFromOutside } of probes) {
      expect(own).toContain(port);
      if (isFromOutside) expect(host).toBe("0.0.0.0");
    }
    for (const { port } of ports) expect(own).toContain(port);
  });

  test("gets variables that are read, with values that can be", () => {
    const schema = readFileSync(join(root, "packages/service/src/environment.ts"), "utf8");
    const ours = Object.entries(env).filter(([name]) => !forOthers.has(name));
    expect(ours.map(([name]) => name).filter((name) => !schema.includes(`  ${name}: `))).toEqual([]);
    expect(() => readEnvironment(Object.fromEntries(ours))).not.toThrow();
  });

  test.skipIf(stopMs === undefined)("has the time to stop that it takes, after the hook", () => {
    const graceMs = Number(env["RUNFLEET_GRACE_MS"] ?? environmentDefaults.graceMs);
    expect(stopMs).toBeGreaterThanOrEqual(graceMs + closingMs);
  });
});

describe("what is asked of them", () => {
  let server: ApiServer;
  let worker: Awaited<ReturnType<typeof serveHealth>>;
  beforeAll(async () => {
    server = await openApiServer(inject("redisUrl"));
    const recorder = createRecorder("worker", "rf");
    worker = await serveHealth({ host: "127.0.0.1", port: 0, unready: () => undefined, recorder });
  });
  afterAll(async () => {
    await worker?.stop();
    await server?.close();
  });
  const statusOf = {
    worker: async (path: string) => (await fetch(`http://127.0.0.1:${worker.port}${path}`)).status,
    server: async (path: string) => (await server.ask("GET", path)).status,
  };

  test("is there: probes, metrics, the scaler's address", async () => {
    const asked = [...probesAsked(), ...addressesAsked()];
    const places = new Map(asked.map(({ program, path }) => [`${program} ${path}`, { program, path }]));
    expect([...places.keys()]).toEqual(
      expect.arrayContaining(["worker /metrics", "server /metrics", "server /api/v1/scaler?pool=default"]),
    );
    for (const [place, { program, path }] of places) expect(await statusOf[program](path), place).toBe(200);
  });

  test.each(renderedManifests)(
    "goes over ports that Services and containers have: $name",
    ({ name, manifests }) => {
      const programs = startedPrograms.filter(({ where }) => name.endsWith(`/${where.split(" ")[0]}`));
      const ofContainers = programs.flatMap(({ ports }) => ports.map((port) => port.name));
      const offered = portsOf("Service", manifests);
      expect(offered.filter(({ targetPort }) => !ofContainers.includes(String(targetPort)))).toEqual([]);
      const names = offered.map((port) => port.name);
      expect(
        portsOf("ServiceMonitor", manifests).filter(({ port }) => !names.includes(String(port))),
      ).toEqual([]);
    },
  );
});

interface Asked {
  readonly program: keyof typeof listensAt;
  readonly path: string;
}

function probesAsked(): readonly Asked[] {
  return startedPrograms.flatMap(({ words, probes }) =>
    probes.map(({ path }) => ({ program: words[0] as Asked["program"], path })),
  );
}

/** By Prometheus and KEDA. */
function addressesAsked(): readonly Asked[] {
  return renderedManifests.flatMap(({ manifests }) => [
    ...manifests
      .filter(({ kind }) => kind === "ServiceMonitor")
      .flatMap(({ metadata, spec }) => {
        const program = metadata.name.endsWith("-worker") ? "worker" : "server";
        return (spec.endpoints as { path: string }[]).map(({ path }): Asked => ({ program, path }));
      }),
    ...manifests
      .filter(({ kind }) => kind === "ScaledObject")
      .flatMap(({ spec }) => spec.triggers as { metadata: { url?: string } }[])
      .flatMap(({ metadata: { url } }) => (url === undefined ? [] : [new URL(url)]))
      .map(({ pathname, search }): Asked => ({ program: "server", path: pathname + search })),
  ]);
}

interface Port {
  readonly name?: string;
  readonly port: string | number;
  readonly targetPort?: string;
}

function portsOf(kind: "Service" | "ServiceMonitor", manifests: readonly Manifest[]): readonly Port[] {
  const wanted = manifests.filter((manifest) => manifest.kind === kind);
  return wanted.flatMap(({ spec }) => (kind === "Service" ? spec.ports : spec.endpoints) as Port[]);
}
