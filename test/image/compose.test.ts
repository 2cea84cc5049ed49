// compose.yaml, and what it mounts. Nobody has started it here: there is no container engine.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly stop_grace_period?: string;
}

const folder = join(import.meta.dirname, "../../infra/compose");
const text = readFileSync(join(folder, "compose.yaml"), "utf8");
const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);

test("Redis writes everything down and evicts nothing", () => {
  const command = compose.services["redis"]?.command?.join(" ");
  expect(command).toContain("--appendonly yes");
  expect(command).toContain("--maxmemory-policy noeviction");
});

test("a worker gets ten seconds more to stop than its steps", () => {
  const { stop_grace_period: stop, environment } = compose.services["worker"] ?? {};
  expect(Number.parseInt(stop ?? "", 10) * 1_000).toBe(Number(environment?.["RUNFLEET_GRACE_MS"]) + 10_000);
});

test.each(["worker", "server"])("%s has no capabilities and a read-only root", (name) => {
  expect(compose.services[name]).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
});

describe.each(services)("%s", (_name, { image, ports, volumes }) => {
  test("comes from an image with a full version, is published on loopback only, and mounts what is there", () => {
    expect(image).toMatch(/^(docker\.io\/\S+:v?\d+\.\d+\.\d+(-alpine)?|runfleet:local)$/);
    for (const port of ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    for (const volume of volumes ?? []) {
      const source = volume.replace(/^\$\{\w+:-([^}]+)\}/, "$1").split(":")[0] ?? "";
      if (source.startsWith(".")) expect(existsSync(join(folder, source)), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });
});

test("secrets come from outside, and what must be given is asked for", () => {
  expect(text).toMatch(/RUNFLEET_API_TOKENS: \$\{RUNFLEET_API_TOKENS:\?/);
  expect(text).toMatch(/GF_SECURITY_ADMIN_PASSWORD: \$\{GRAFANA_PASSWORD:\?/);
});

test("Prometheus asks services that are there, and takes our labels as they are", () => {
  const { scrape_configs: jobs } = parse(readFileSync(join(folder, "prometheus.yaml"), "utf8")) as {
    readonly scrape_configs: readonly Record<string, unknown>[];
  };
  for (const job of jobs) expect(job["honor_labels"]).toBe(true);
  const asked = [...JSON.stringify(jobs).matchAll(/"(server|worker)(?::\d+)?"/g)].map(([, name]) => name);
  expect(asked.sort()).toEqual(["server", "worker"]);
});
