// The workspace members and what their manifests say, read as data.
import { foldersIn, textOf } from "./source-files.js";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly private?: boolean;
  readonly packageManager?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface Member {
  /** Relative to the root, for example "packages/model". */
  readonly dir: string;
  readonly manifest: Manifest;
}

/** The packages and apps: all that may be published or run. */
export const members: readonly Member[] = [
  ...foldersIn("packages/").map((name) => `packages/${name}`),
  ...foldersIn("apps/").map((name) => `apps/${name}`),
].map((dir) => ({ dir, manifest: readManifest(dir) }));

/** All manifests of the repository, the root's and the private ones included. */
export const allManifests: readonly Member[] = [
  { dir: ".", manifest: readManifest(".") },
  ...members,
  { dir: "test", manifest: readManifest("test") },
  { dir: "examples", manifest: readManifest("examples") },
  { dir: "docs/site", manifest: readManifest("docs/site") },
];

function readManifest(dir: string): Manifest {
  return JSON.parse(textOf(`${dir}/package.json`)) as Manifest;
}

/** The member with this package name, for example "@runfleet/model". */
export function memberNamed(name: string): Member {
  const member = members.find(({ manifest }) => manifest.name === name);
  if (!member) throw new Error(`no workspace member is called ${name}`);
  return member;
}
