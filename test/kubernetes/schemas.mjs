// Judges manifests by the official schemas, without a cluster: values and required members by the schemas themselves, members that
// no schema knows by the types made from them, which the compiler checks. The schemas come as packages.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as keda from "@kubernetes-models/keda/keda.sh/v1alpha1";
import * as monitoring from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import * as apps from "kubernetes-models/apps/v1";
import * as autoscaling from "kubernetes-models/autoscaling/v2";
import * as networking from "kubernetes-models/networking.k8s.io/v1";
import * as policy from "kubernetes-models/policy/v1";
import * as rbac from "kubernetes-models/rbac.authorization.k8s.io/v1";
import * as core from "kubernetes-models/v1";
import { root } from "./render-chart.mjs";

/** @typedef {{ apiVersion: string, kind: string, metadata?: { name: string }, spec?: object }} Manifest */
/** @typedef {Record<string, (new (manifest: never) => { validate(): void }) | undefined>} Models */

/** By apiVersion: the models, and the module that has their types. @type {Record<string, { models: Models, module: string } | undefined>} */
const groups = {
  v1: { models: core, module: "kubernetes-models/v1" },
  "apps/v1": { models: apps, module: "kubernetes-models/apps/v1" },
  "autoscaling/v2": { models: autoscaling, module: "kubernetes-models/autoscaling/v2" },
  "networking.k8s.io/v1": { models: networking, module: "kubernetes-models/networking.k8s.io/v1" },
  "policy/v1": { models: policy, module: "kubernetes-models/policy/v1" },
  "rbac.authorization.k8s.io/v1": { models: rbac, module: "kubernetes-models/rbac.authorization.k8s.io/v1" },
  "keda.sh/v1alpha1": { models: keda, module: "@kubernetes-models/keda/keda.sh/v1alpha1" },
  "monitoring.coreos.com/v1": {
    models: monitoring,
    module: "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
  },
};

/** What the schema of its kind says against a manifest; empty when nothing. A kind nobody knows is a fault. @param {Manifest} manifest */
export function faultsOf(manifest) {
  const { apiVersion, kind } = manifest;
  /** @type {Models | undefined} */
  const models = groups[apiVersion]?.models;
  const model = models?.[kind];
  if (model === undefined) return [`${apiVersion} ${kind} has no schema here`];
  try {
    new model(/** @type {never} */ (manifest)).validate();
    return [];
  } catch (error) {
    return [`${kind} ${manifest.metadata?.name}: ${/** @type {Error} */ (error).message}`];
  }
}

/** Members that the types do not know, and values they refuse: what the compiler says, or nothing. @param {Manifest[]} manifests */
export function unknownMembers(manifests) {
  const folder = join(root, "test/.cache/kubernetes");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `manifests-${process.pid}.ts`);
  const lines = manifests.map(
    (manifest, index) =>
      `export const m${index}: import("${groups[manifest.apiVersion]?.module}").I${manifest.kind} = ${JSON.stringify(manifest, null, 1)};`,
  );
  writeFileSync(file, lines.join("\n"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const words = [
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--module",
    "nodenext",
    "--types",
    "",
    "--ignoreConfig",
    file,
  ];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...words], { encoding: "utf8" });
  rmSync(file);
  return status === 0 ? "" : stdout;
}
