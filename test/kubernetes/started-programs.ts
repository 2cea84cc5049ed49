/** Every program of ours that a manifest starts, in one shape: from the rendered chart and the base, the compose file, the image. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { readDockerfile } from "../image/read-dockerfile.mjs";
import { renderings, root } from "./render-chart.mjs";

export interface StartedProgram {
  readonly where: string;
  /** After the program's name. */
  readonly words: readonly string[];
  /** Undefined: it comes from a secret, or from who starts it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  readonly probes: readonly {
    readonly path: string;
    readonly port: number;
    readonly isFromOutside: boolean;
  }[];
  /** From SIGTERM to SIGKILL; undefined: whoever starts it decides. */
  readonly stopMs: number | undefined;
}

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string; readonly port: string } };
}

export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  // What each kind has besides is looked at by name.
  // biome-ignore lint/suspicious/noExplicitAny: read from YAML, judged by the schemas elsewhere
  readonly spec?: any;
}

export const renderedManifests: readonly {
  readonly name: string;
  readonly manifests: readonly Manifest[];
}[] = renderings.map(({ file }) => ({
  name: file.slice(root.length + 1),
  manifests: parseAllDocuments(readFileSync(file, "utf8"))
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null),
}));

function fromCharts(): StartedProgram[] {
  return renderedManifests.flatMap(({ name, manifests }) =>
    manifests
      .filter(({ kind }) => kind === "Deployment")
      .flatMap(({ metadata, spec }) =>
        (spec.template.spec.containers as Container[]).map((container) =>
          ofContainer(`${basename(name)} ${metadata.name}`, {
            container,
            stopSeconds: spec.template.spec.terminationGracePeriodSeconds,
          }),
        ),
      ),
  );
}

function ofContainer(
  where: string,
  { container, stopSeconds }: { readonly container: Container; readonly stopSeconds: number },
): StartedProgram {
  const ports = container.ports.map(({ name, containerPort }) => ({ name, port: containerPort }));
  const portOf = (wanted: string): number => ports.find(({ name }) => name === wanted)?.port ?? Number.NaN;
  const probes = (["startupProbe", "livenessProbe", "readinessProbe"] as const).flatMap((probe) => {
    const { httpGet } = container[probe] ?? {};
    return httpGet === undefined
      ? []
      : [{ path: httpGet.path, port: portOf(httpGet.port), isFromOutside: true }];
  });
  const hookSeconds = container.lifecycle?.preStop.sleep.seconds ?? 0;
  return {
    ...{ where, words: container.args, ports, probes, stopMs: (stopSeconds - hookSeconds) * 1_000 },
    env: Object.fromEntries(container.env.map(({ name, value }) => [name, value])),
  };
}

/** The image as it is started without a word, with the check that it brings. */
function ofImage(): StartedProgram {
  const image = readDockerfile(join(root, "infra/docker/Dockerfile")).at(-1);
  const [, port = "", path = ""] =
    /http:\/\/127\.0\.0\.1:\$\{(\w+)\}(\/\w+)/.exec(image?.settings["HEALTHCHECK"] ?? "") ?? [];
  const env = image?.env ?? {};
  return {
    ...{ where: "the image", words: JSON.parse(image?.settings["CMD"] ?? "[]"), env, stopMs: undefined },
    ports: [...(image?.settings["EXPOSE"] ?? "").matchAll(/\d+/g)].map(([digits]) => ({
      ...{ name: digits, port: Number(digits) },
    })),
    probes: [{ path, port: Number(env[port]), isFromOutside: false }],
  };
}

interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stop_grace_period: string;
  readonly ports?: readonly string[];
}

function fromCompose(image: StartedProgram): StartedProgram[] {
  const text = readFileSync(join(root, "infra/compose/compose.yaml"), "utf8");
  const { services } = parse(text, { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
  };
  const ours = Object.entries(services).filter(([, service]) => service.image.startsWith("runfleet:"));
  return ours.map(([name, { command, environment, stop_grace_period: stop, ports = [] }]) => {
    const given = Object.entries(environment).map(([variable, value]) => [
      ...[variable, value.startsWith("${") ? undefined : value],
    ]);
    const env = { ...image.env, ...Object.fromEntries(given) };
    return {
      ...{ where: `compose ${name}`, words: command, env, stopMs: Number.parseInt(stop, 10) * 1_000 },
      ports: ports.map((published) => ({ name: published, port: Number(published.split(":").at(-1)) })),
      probes: image.probes.map((probe) => ({ ...probe, port: Number(env["HEALTH_PORT"]) })),
    };
  });
}

const image = ofImage();
export const startedPrograms: readonly StartedProgram[] = [...fromCharts(), ...fromCompose(image), image];
