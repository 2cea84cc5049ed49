// The Helm chart and the base for Kustomize, without a cluster. What is committed below infra/helm/rendered is judged by the
// official schemas and by what a fleet needs; where helm is, it is rendered anew and compared.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import {
  checksumFile,
  checksumOfSources,
  findHelm,
  lint,
  manifestsText,
  render,
  renderings,
  root,
} from "./render-chart.mjs";
import { faultsOf, unknownMembers } from "./schemas.mjs";

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  // What each kind has besides is looked at by name.
  // biome-ignore lint/suspicious/noExplicitAny: read from YAML, judged by the schemas first
  readonly spec?: any;
  readonly rules?: readonly object[];
  readonly data?: Readonly<Record<string, string>>;
}

function manifestsOf(text: string): Manifest[] {
  const documents = parseAllDocuments(text);
  const values = documents.map((document) => document.toJS() as Manifest | null);
  return values.filter((value) => value !== null);
}

const committed = renderings.map(({ file }) => ({
  name: file.slice(root.length + 1),
  manifests: manifestsOf(readFileSync(file, "utf8")),
}));

function filesOf(folder: string, ending: string): string[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => join(root, folder, name));
}

function rendered(values: string): Manifest[] {
  return committed.find(({ name }) => basename(name) === values)?.manifests ?? [];
}

function ofKind(values: string, kind: string): Manifest[] {
  return rendered(values).filter((manifest) => manifest.kind === kind);
}

test("what is committed is rendered from these sources; otherwise: npm run chart", () => {
  expect(readFileSync(checksumFile, "utf8").trim()).toBe(checksumOfSources());
});

describe.each(committed)("$name", ({ manifests }) => {
  test("is what the schemas of Kubernetes, KEDA and the Prometheus operator want", () => {
    expect(manifests.length).toBeGreaterThan(5);
    expect(manifests.flatMap(faultsOf)).toEqual([]);
  });

  test("names everything once, and selects what is there", () => {
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    const pods = manifests.flatMap(({ kind, spec }) =>
      kind === "Deployment" ? [spec.template.metadata.labels] : [],
    );
    for (const { kind, metadata, spec } of manifests) {
      const selector =
        kind === "Service" ? spec.selector : (spec?.podSelector ?? spec?.selector)?.matchLabels;
      if (selector === undefined || kind === "ServiceMonitor") continue;
      const isSelected = (labels: object) =>
        Object.entries(selector).every(([key, value]) => labels[key as never] === value);
      expect(pods.some(isSelected), `${kind} ${metadata.name}`).toBe(true);
    }
  });

  test("has no secret in it", () => {
    expect(manifests.map(({ kind }) => kind)).not.toContain("Secret");
    const secret = /^(REDIS_URL|RUNFLEET_(API_TOKENS|SECRET_KEYS|SCALER_TOKEN))$/;
    for (const { env } of containersOf(manifests))
      for (const { name, value, valueFrom } of env.filter((entry) => secret.test(entry.name))) {
        expect({ name, value }).toEqual({ name, value: undefined });
        expect(valueFrom).toHaveProperty("secretKeyRef.name");
      }
  });

  test("sets variables that our processes read, and no others", () => {
    const read = readFileSync(join(root, "packages/service/src/environment.ts"), "utf8");
    const forOthers = new Set(["RUNFLEET_SCALER_TOKEN"]);
    const names = containersOf(manifests).flatMap(({ env }) => env.map(({ name }) => name));
    expect(names.filter((name) => !forOthers.has(name) && !read.includes(`  ${name}: `))).toEqual([]);
  });

  test("runs everything as Kubernetes' restricted profile wants, on a read-only root", () => {
    for (const { spec } of manifests.filter(({ kind }) => kind === "Deployment")) {
      const pod = spec.template.spec;
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      for (const container of pod.containers)
        expect(container.securityContext).toEqual({
          ...{
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
        });
    }
  });

  test("gives a process longer to stop than it takes", () => {
    for (const { spec } of manifests.filter(({ kind }) => kind === "Deployment")) {
      const pod = spec.template.spec;
      const [container] = containersOf([{ kind: "Deployment", spec } as Manifest]);
      const graceMs = Number(container?.env.find(({ name }) => name === "RUNFLEET_GRACE_MS")?.value);
      const hook = container?.lifecycle?.preStop.sleep.seconds ?? 0;
      expect(pod.terminationGracePeriodSeconds - hook - graceMs / 1_000).toBeGreaterThanOrEqual(5);
    }
  });
});

function containersOf(manifests: readonly Manifest[]): Container[] {
  return manifests.flatMap(({ kind, spec }) => (kind === "Deployment" ? spec.template.spec.containers : []));
}

test("no manifest has a member that its kind does not know", () => {
  expect(unknownMembers(committed.flatMap(({ manifests }) => manifests))).toBe("");
}, 120_000);

test("a wrong value and a member nobody knows are noticed", () => {
  const [server] = ofKind("minimal.yaml", "Deployment");
  if (server === undefined) throw new Error("there is no Deployment");
  const { spec } = server;
  expect(faultsOf({ ...server, spec: { ...spec, replicas: "two" } })).not.toEqual([]);
  expect(unknownMembers([{ ...server, spec: { ...spec, replcas: 2 } }])).toContain("replcas");
}, 120_000);

describe("KEDA", () => {
  test("asks over HTTP with a token, takes one worker for each that is wanted, and has no windows of its own", () => {
    const [pool] = ofKind("keda.yaml", "ScaledObject");
    expect(pool?.spec).toMatchObject({
      ...{ minReplicaCount: 0, maxReplicaCount: 20, cooldownPeriod: 0, pollingInterval: 5 },
      advanced: {
        horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } },
      },
      triggers: [
        {
          ...{ type: "metrics-api", authenticationRef: { name: "fleet-runfleet-scaler" } },
          metadata: {
            url: "http://fleet-runfleet-server.runfleet.svc:3000/api/v1/scaler?pool=default",
            ...{ valueLocation: "wanted", targetValue: "1", authMode: "bearer" },
          },
        },
      ],
    });
  });

  test("and the server get the same limits of a pool, and nobody else sets its size", () => {
    const [server] = ofKind("keda.yaml", "Deployment").filter(({ metadata }) =>
      metadata.name.endsWith("-server"),
    );
    const env = containersOf(server === undefined ? [] : [server])[0]?.env;
    const policies = JSON.parse(env?.find(({ name }) => name === "RUNFLEET_SCALING")?.value ?? "");
    expect(policies).toEqual({
      default: { max: 20 },
      "gpu.large": { min: 1, max: 5, busyWorkers: "keep-all" },
    });
    const workers = ofKind("keda.yaml", "Deployment").filter(({ spec }) => spec.replicas === undefined);
    const scaled = ofKind("keda.yaml", "ScaledObject").map(({ spec }) => spec.scaleTargetRef.name);
    expect(workers.map(({ metadata }) => metadata.name).sort()).toEqual(scaled.sort());
  });

  test("asks over gRPC at the port that the server's Service has", () => {
    const [pool] = ofKind("keda-push.yaml", "ScaledObject");
    const [host, port] = pool?.spec.triggers[0].metadata.scalerAddress.split(":") ?? [];
    const service = ofKind("keda-push.yaml", "Service").find(({ metadata }) =>
      host.startsWith(`${metadata.name}.`),
    );
    expect(service?.spec.ports).toContainEqual(
      expect.objectContaining({ name: "scaler", port: Number(port) }),
    );
  });
});

test("workers may patch pods, and nothing else, only where the cost of their deletion is written", () => {
  expect(ofKind("keda.yaml", "Role").map(({ rules }) => rules)).toEqual([
    [{ apiGroups: [""], resources: ["pods"], verbs: ["patch"] }],
  ]);
  expect(ofKind("minimal.yaml", "Role")).toEqual([]);
  const mounted = (values: string) =>
    ofKind(values, "Deployment").map(({ spec }) => spec.template.spec.automountServiceAccountToken);
  expect(mounted("minimal.yaml")).toEqual([false, false]);
  expect(mounted("keda.yaml").filter((value) => value === true)).toHaveLength(2);
});

const helm = findHelm();
describe.skipIf(helm === undefined)("with helm", () => {
  const program = helm ?? "";
  test.each(renderings)("$values renders as committed for $release", (rendering) => {
    expect(render(program, rendering)).toBe(readFileSync(rendering.file, "utf8"));
    expect(lint(program, rendering)).toBe("");
  });

  test("the chart has the alert rules and dashboards that lie beside it, as they are", () => {
    const all = manifestsOf(manifestsText(program, { values: "keda.yaml", release: "fleet" }));
    const rules = filesOf("infra/alerts", ".yaml").map(
      (file) => parse(readFileSync(file, "utf8")) as unknown,
    );
    expect(all.flatMap(({ kind, spec }) => (kind === "PrometheusRule" ? [spec] : []))).toEqual(rules);
    const dashboards = filesOf("infra/grafana", ".json").map((file) =>
      JSON.parse(readFileSync(file, "utf8")),
    );
    const carried = all.filter(({ metadata }) => metadata.labels["grafana_dashboard"] === "1");
    expect(carried.map(({ data }) => JSON.parse(Object.values(data ?? {}).join("")))).toEqual(dashboards);
    expect(all.flatMap(faultsOf)).toEqual([]);
  });

  test("the values of the guide are good ones", () => {
    const guide = readFileSync(join(root, "docs/guides/operating.md"), "utf8");
    const values = /# my-values\.yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? "";
    const words = Object.entries<unknown>(parse(values)).flatMap(([name, value]) => [
      ...["--set-json", `${name}=${JSON.stringify(value)}`],
    ]);
    const minimal = { values: "minimal.yaml", release: "fleet" };
    const manifests = manifestsOf(manifestsText(program, minimal, words));
    expect(manifests.filter(({ kind }) => kind === "ScaledObject")).toHaveLength(2);
    expect(manifests.flatMap(faultsOf)).toEqual([]);
  });
});

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
test.skipIf(!hasKubectl)("the base is a base for Kustomize", () => {
  const { status, stdout, stderr } = spawnSync("kubectl", ["kustomize", join(root, "infra/kustomize/base")], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const built = manifestsOf(stdout);
  expect(built.flatMap(faultsOf)).toEqual([]);
  expect(built.map(({ kind }) => kind).sort()).toEqual(
    rendered("runfleet.yaml")
      .map(({ kind }) => kind)
      .sort(),
  );
});
