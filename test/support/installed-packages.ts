/**
 * What is published, installed without asking a registry: the tarballs unpacked, each beside the packages that its own manifest
 * names and no others. Packages of others are linked from this installation, in the version that is asked for.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { members } from "../tidy/workspace.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const execute = promisify(execFile);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const manifestIn = (dir: string): Manifest => JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));

/** Unpacks the tarball of one of our packages into a folder. Answers its manifest. */
export async function unpack(name: string, { from, to }: { readonly from: string; readonly to: string }) {
  const { version } = memberCalled(name).manifest;
  const tarball = join(from, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
  mkdirSync(to, { recursive: true });
  await execute("tar", ["-xzf", tarball, "-C", to, "--strip-components=1"]);
  return manifestIn(to);
}

/** Our packages into a project, as an installation puts them there. Throws when one needs a version that there is not. */
export async function installTarballs(options: {
  readonly names: readonly string[];
  /** The folder of the tarballs. */
  readonly from: string;
  readonly project: string;
}): Promise<void> {
  const { names, from, project } = options;
  for (const name of names) {
    const dir = join(project, "node_modules", name);
    const { dependencies = {} } = await unpack(name, { from, to: dir });
    for (const [needed, version] of Object.entries(dependencies)) {
      const found = isOurs(needed)
        ? memberCalled(needed).manifest.version
        : link(needed, { from: join(root, memberCalled(name).dir), into: dir }).version;
      if (found.replace(/^v/, "") !== version)
        throw new Error(`${name} needs ${needed} ${version}, and ${found} is there`);
    }
  }
}

/** What `npm install` does for a project that keeps our packages in a folder: everything its manifest names, with programs. */
export async function installProject(project: string, { from }: { readonly from: string }): Promise<void> {
  await installTarballs({ names: namesOf(from), from, project });
  const { dependencies, devDependencies } = manifestIn(project);
  const named = Object.keys({ ...dependencies, ...devDependencies });
  const homes = [root, ...members.map(({ dir }) => join(root, dir))];
  for (const name of named.filter((one) => !isOurs(one))) {
    const home = homes.find((dir) => existsSync(join(dir, "node_modules", name)));
    if (home === undefined) throw new Error(`${name} is not installed anywhere here`);
    link(name, { from: home, into: project });
  }
  for (const name of named) linkPrograms(join(project, "node_modules"), name);
}

/** A package of others, as it is installed for one of ours. */
export function link(
  name: string,
  { from, into }: { readonly from: string; readonly into: string },
): Manifest {
  const target = realpathSync(join(from, "node_modules", name));
  const place = join(into, "node_modules", name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(target, place, "dir");
  return manifestIn(target);
}

function linkPrograms(modules: string, name: string): void {
  const { bin = {} } = manifestIn(join(modules, name));
  mkdirSync(join(modules, ".bin"), { recursive: true });
  for (const [program, file] of Object.entries(bin))
    symlinkSync(join("..", name, file), join(modules, ".bin", program));
}

/** Ours that have a tarball in the folder. */
function namesOf(folder: string): readonly string[] {
  const hasTarball = ({ name, version }: Manifest): boolean =>
    existsSync(join(folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`));
  return members.filter(({ manifest }) => hasTarball(manifest)).map(({ manifest }) => manifest.name);
}

function isOurs(name: string): boolean {
  return members.some(({ manifest }) => manifest.name === name);
}

function memberCalled(name: string) {
  const member = members.find(({ manifest }) => manifest.name === name);
  if (member === undefined) throw new Error(`${name} is none of ours`);
  return member;
}
