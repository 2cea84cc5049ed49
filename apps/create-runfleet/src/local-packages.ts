/**
 * Runfleet's packages as tarballs in a folder, as a clone packs them: names and files of one version. Opens none; the
 * name of a packed file says what it holds.
 */
import { readdirSync } from "node:fs";
import { Refusal } from "./refusal.js";

/** File name by name of the package. */
export type Tarballs = ReadonlyMap<string, string>;

/** Throws a Refusal when the folder cannot be read, or lacks one of the packages a project needs. */
export function findTarballs(
  folder: string,
  { version, needed }: { readonly version: string; readonly needed: readonly string[] },
): Tarballs {
  const tarballs = tarballsAmong(namesIn(folder), version);
  const missing = needed.filter((name) => !tarballs.has(name));
  if (missing.length > 0)
    throw new Refusal(`${folder} has no tarball of version ${version} of ${missing.join(", ")}.`);
  return tarballs;
}

/** `runfleet-client-1.2.3.tgz` holds @runfleet/client, `runfleet-1.2.3.tgz` holds runfleet. */
export function tarballsAmong(files: readonly string[], version: string): Tarballs {
  const ending = `-${version}.tgz`;
  const stems = files.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length));
  const ours = stems.filter((stem) => /^runfleet(-[a-z-]+)?$/.test(stem));
  return new Map(ours.sort().map((stem) => [stem.replace("runfleet-", "@runfleet/"), `${stem}${ending}`]));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw new Refusal(`${folder} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
}
