/** Makes the project: everything is checked first, then written. Installs nothing and starts nothing. */
import { accessSync, constants, copyFileSync, cpSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findTarballs, type Tarballs } from "./local-packages.js";
import { checkProjectFolder, type ProjectFolder } from "./project-folder.js";
import { namedPackages, projectManifest, vendorFolder } from "./project-manifest.js";
import { Refusal } from "./refusal.js";

const template = fileURLToPath(new URL("../template", import.meta.url));

/** Throws a Refusal, and then has written nothing. */
export function createProject(options: {
  /** As typed. */
  readonly folder: string;
  readonly cwd: string;
  readonly version: string;
  /** As typed: a folder of tarballs. */
  readonly packages?: string;
}): ProjectFolder {
  const { folder, cwd, version, packages } = options;
  const project = checkProjectFolder(folder, cwd);
  const source = packages === undefined ? undefined : resolve(cwd, packages);
  const tarballs =
    source === undefined ? undefined : findTarballs(source, { version, needed: namedPackages });
  const manifest = projectManifest({
    ...{ name: project.name, version },
    ...(tarballs === undefined ? {} : { tarballs }),
  });
  makeFolder(project.path);
  cpSync(template, project.path, { recursive: true });
  // Package managers leave files of this name out of what they pack.
  renameSync(join(project.path, "gitignore"), join(project.path, ".gitignore"));
  writeFileSync(join(project.path, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  if (source !== undefined && tarballs !== undefined) copyTarballs(tarballs, { source, project });
  return project;
}

/** Whether there may be a folder is known when it is there. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Refusal(`${path} cannot be made or written to (${code}).`, { cause });
  }
}

/** Into the project, which then needs nothing but the registry for packages of others. */
function copyTarballs(
  tarballs: Tarballs,
  { source, project }: { readonly source: string; readonly project: ProjectFolder },
): void {
  const vendor = join(project.path, vendorFolder);
  mkdirSync(vendor);
  for (const file of tarballs.values()) copyFileSync(join(source, file), join(vendor, file));
}
