/** The package.json of a new project, as data. Runfleet's packages have the version of this one: they are released together. */
import type { Tarballs } from "./local-packages.js";

const ours = {
  dependencies: ["@runfleet/client", "@runfleet/worker", "runfleet"],
  devDependencies: ["@runfleet/testing"],
} as const;

/** Packages of others; a test holds them to the versions that Runfleet itself is built with. */
const others = {
  dependencies: { zod: "^4.6.7" },
  devDependencies: {
    "@types/node": "^20.19.0",
    jiti: "^2.7.0",
    typescript: "^7.0.2",
    vitest: "^4.1.12",
  },
} as const;

/** Where a project keeps packages that do not come from the registry. */
export const vendorFolder = "vendor";

/** What of Runfleet a project names itself. */
export const namedPackages: readonly string[] = [...ours.dependencies, ...ours.devDependencies];

export interface ProjectManifest {
  readonly name: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  /** Only with tarballs: where the packages are that Runfleet's packages need of each other. */
  readonly overrides?: Readonly<Record<string, string>>;
}

export function projectManifest(options: {
  readonly name: string;
  readonly version: string;
  /** Packages that come as files in the vendor folder. */
  readonly tarballs?: Tarballs;
}): ProjectManifest {
  const { name, version, tarballs } = options;
  const placeOf = (file: string): string => `file:${vendorFolder}/${file}`;
  const from = (packageName: string): string => {
    const file = tarballs?.get(packageName);
    return file === undefined ? version : placeOf(file);
  };
  const dependenciesOf = (kind: "dependencies" | "devDependencies") =>
    Object.fromEntries([
      ...ours[kind].map((packageName) => [packageName, from(packageName)]),
      ...Object.entries(others[kind]),
    ]);
  const unnamed = [...(tarballs ?? [])].filter(([packageName]) => !namedPackages.includes(packageName));
  const manifest = {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: {
      start: "runfleet dev",
      test: "vitest run",
      check: "tsc && runfleet validate .",
      greet: "jiti start-greeting.ts",
    },
    dependencies: dependenciesOf("dependencies"),
    devDependencies: dependenciesOf("devDependencies"),
    engines: { node: ">=20.19" },
  };
  if (tarballs === undefined) return manifest;
  return {
    ...manifest,
    overrides: Object.fromEntries(unnamed.map(([packageName, file]) => [packageName, placeOf(file)])),
  };
}
