/**
 * The few things we ask of apt and dpkg, all without root: package lists, downloads, unpacking, dependencies.
 * Changes nothing of the system: what apt wants to write goes into a work folder.
 */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "./run-program.js";

export interface Apt {
  /** Downloads the packages and unpacks them into `tree`. Throws when one cannot be had. */
  extract(packages: readonly string[], tree: string): Promise<void>;
  /** The library packages these packages need and this system does not have. */
  listMissingLibraries(packages: readonly string[]): Promise<readonly string[]>;
}

interface AptOptions {
  /** "system": the machine's own package lists; "own": fresh ones inside `work`. */
  readonly lists: "system" | "own";
  readonly work: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

const systemListsFolder = "/var/lib/apt/lists";

const politeSettings = [
  "Acquire::http::Timeout=10",
  "Acquire::https::Timeout=10",
  "Acquire::Retries=1",
  "Acquire::Languages=none",
  "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
  "Acquire::IndexTargets::deb::CNF::DefaultEnabled=false",
];

/** Replacing these under a program built for the system's own ones breaks it; every system has them. */
const neverFetched = /^(libc6|libc-bin|libgcc-s1|libcrypt1|libstdc\+\+6)$/;
const isLibrary = /^(lib|lua)/;

/** Undefined for `lists: "system"` when the machine has no package lists. */
export async function openApt(options: AptOptions): Promise<Apt | undefined> {
  const { lists, work, signal } = options;
  if (lists === "system" && !(await hasSystemLists())) return undefined;
  const settings =
    lists === "system" ? politeSettings : [...politeSettings, ...(await prepareOwnState(work))];
  const config = settings.flatMap((setting) => ["-o", setting]);
  const env = { ...options.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
  const run = (file: string, args: readonly string[], cwd = work) =>
    runProgram({ file, args, env, cwd, signal });
  // One broken source among several makes apt-get fail although the others are fine: the download decides.
  const update = lists === "own" ? await run("apt-get", [...config, "update"]) : undefined;
  const updateProblem = /^\w: (Failed to fetch .*)$/m.exec(update?.stderr ?? "")?.[1];
  return {
    extract: async (packages, tree) => {
      const folder = join(work, "packages");
      await mkdir(folder, { recursive: true });
      const download = await run("apt-get", [...config, "download", ...packages], folder);
      if (!download.isOk) throw new Error(updateProblem ?? `apt-get download: ${download.problem}`);
      for (const name of (await readdir(folder)).filter((file) => file.endsWith(".deb"))) {
        const unpack = await run("dpkg", ["-x", join(folder, name), tree]);
        if (!unpack.isOk) throw new Error(`dpkg -x ${name}: ${unpack.problem}`);
      }
    },
    listMissingLibraries: async (packages) => {
      const important = ["depends", "--important", ...packages];
      const { stdout } = await run("apt-cache", [...config, ...important]);
      const wanted = readDependencies(stdout);
      // Exits with 1 when it does not know one of the names, and still tells about the others.
      // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these placeholders.
      const format = "-f=${Package} ${db:Status-Status}\\n";
      const query = await run("dpkg-query", ["-W", format, ...wanted]);
      const installed = new Set(query.stdout.split("\n").map((line) => line.replace(/ installed$/, "")));
      return wanted.filter((name) => !installed.has(name));
    },
  };
}

async function hasSystemLists(): Promise<boolean> {
  const names = await readdir(systemListsFolder).catch(() => []);
  return names.some((name) => name.includes("_Packages"));
}

async function prepareOwnState(work: string): Promise<readonly string[]> {
  const state = join(work, "apt-state");
  const cache = join(work, "apt-cache");
  await mkdir(join(state, "lists", "partial"), { recursive: true });
  await mkdir(join(cache, "archives", "partial"), { recursive: true });
  return [
    `Dir::State=${state}`,
    `Dir::State::lists=${join(state, "lists")}`,
    "Dir::State::status=/var/lib/dpkg/status",
    `Dir::Cache=${cache}`,
    // For root only: apt would else hand the download to a user who may not write here.
    "APT::Sandbox::User=root",
  ];
}

/** The names in the lines "  Depends: libfoo1" and " |Depends: libfoo1" (an alternative) of `apt-cache depends`. */
function readDependencies(listing: string): readonly string[] {
  const names = [...listing.matchAll(/^[ |]*(?:Pre)?Depends: (\S+)$/gm)].map((match) => match[1] ?? "");
  return [...new Set(names)].filter((name) => isLibrary.test(name) && !neverFetched.test(name));
}
