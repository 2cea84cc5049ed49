// The chart as manifests, for several sets of values: what is committed below infra/helm/rendered, and the base for Kustomize.
// Needs helm; who has none can still tell whether what is committed is of these sources.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");
const chart = join(root, "infra/helm/runfleet");
const valuesFolder = join(root, "infra/helm/values");
export const checksumFile = join(root, "infra/helm/rendered/sources.sha256");
/** Where `npm run chart` puts a helm that it had to build. */
export const builtHelm = join(root, ".cache/tools/helm");
/** The oldest Kubernetes the chart is for. */
const kubeVersion = "1.30.0";

/** @typedef {{ values: string, release: string, file: string }} Rendering */

/** What is rendered: values, the name of the release, and where the result is kept. @type {Rendering[]} */
export const renderings = [
  ...readdirSync(valuesFolder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => ({ values: name, release: "fleet", file: join(root, "infra/helm/rendered", name) })),
  { values: "minimal.yaml", release: "runfleet", file: join(root, "infra/kustomize/base/runfleet.yaml") },
];

/** Path of helm, or undefined. */
export function findHelm() {
  return [builtHelm, "helm"].find((program) => spawnSync(program, ["version"]).status === 0);
}

/**
 * What is committed. Alert rules and dashboards are left out: they are copies of files that lie beside the chart, and whoever
 * changes one needs no helm.
 * @param {string} helm @param {Rendering} rendering
 */
export function render(helm, rendering) {
  const documents = manifestsText(helm, rendering).split(/^---$/m);
  const kept = documents.filter(
    (text) => !/^# Source: runfleet\/templates\/(alerts|dashboards)\.yaml$/m.test(text),
  );
  return `# Written by \`npm run chart\` from infra/helm/runfleet with infra/helm/values/${rendering.values}.\n${kept.join("---")}`;
}

/**
 * Everything the chart renders to; throws with what helm said. More words of the command may be given.
 * @param {string} helm @param {{ values: string, release: string }} what @param {string[]} words
 */
export function manifestsText(helm, { values, release }, words = []) {
  const { status, stdout, stderr } = spawnSync(
    helm,
    [
      ...["template", release, chart, "--namespace", "runfleet", "--kube-version", kubeVersion],
      ...["--values", join(valuesFolder, values), ...words],
    ],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  if (status !== 0) throw new Error(stderr);
  return tidied(stdout);
}

/** @param {string} text without blanks at ends of lines, which come from templates and mean nothing. */
function tidied(text) {
  return text.replaceAll(/[ \t]+$/gm, "");
}

/** `helm lint --strict` with a set of values; what it complains about, or nothing. @param {string} helm @param {{ values: string }} what */
export function lint(helm, { values }) {
  const words = ["lint", chart, "--strict", "--values", join(valuesFolder, values)];
  const { status, stdout, stderr } = spawnSync(helm, words, { encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

/** Of every file that what is committed follows from. */
export function checksumOfSources() {
  const hash = createHash("sha256");
  for (const file of [...filesBelow(chart), ...filesBelow(valuesFolder)]) {
    hash.update(`${file.slice(root.length)}\n`).update(readFileSync(file, "utf8").replaceAll("\r\n", "\n"));
  }
  return hash.digest("hex");
}

/** @param {string} folder @returns {string[]} */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name !== "files");
  return names.sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
