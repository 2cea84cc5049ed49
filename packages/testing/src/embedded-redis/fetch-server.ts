/**
 * Gets the distribution's own redis-server package into a cache folder without root, on Debian and its relatives:
 * `apt-get download` (which checks apt's signatures) and `dpkg -x`. Installs nothing, changes nothing outside the
 * cache. A cached server is used again without asking the network.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Apt } from "./apt.js";
import { openApt } from "./apt.js";
import { findProgram } from "./find-program.js";
import { markProcess } from "./process-mark.js";
import { findBinaryProblem } from "./real-server.js";

export interface FetchedServer {
  readonly binary: string;
  /** The environment with the fetched libraries on the loader's path. */
  readonly env: NodeJS.ProcessEnv;
}

export type FetchResult =
  | { readonly kind: "found"; readonly server: FetchedServer }
  | { readonly kind: "unavailable"; readonly reason: string };

export interface FetchOptions {
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
  /** Ask the network even shortly after a failure. */
  readonly retriesSoon: boolean;
}

/** Server and tools belong together: Debian's `redis-server` is a link to a file of `redis-tools`. */
const products = [
  { server: "redis-server", packages: ["redis-server", "redis-tools"] },
  { server: "valkey-server", packages: ["valkey-server", "valkey-tools"] },
] as const;

/** Measured: 2 s with the system's package lists, 6 s with lists of our own. */
const fetchTimeoutMs = 60_000;
/** A machine without network should not wait for the timeout at every start. */
const failureRestMs = 15 * 60_000;
/** A library's own libraries, and theirs. */
const libraryRoundsMax = 3;

/** Finds the server in the cache or fetches it. Never throws for what network, apt or a full disk may do. */
export async function fetchServer(options: FetchOptions): Promise<FetchResult> {
  const system = await readSystem();
  if (system === undefined) return unavailable("this is not Debian or a relative of it");
  const home = join(options.cacheDir, "redis-server", system);
  const cached = await useTree(home, options.env);
  if (cached !== undefined) return { kind: "found", server: cached };
  if (options.env["RUNFLEET_NO_FETCH"] === "1") return unavailable("RUNFLEET_NO_FETCH=1 turns fetching off");
  for (const tool of ["apt-get", "apt-cache", "dpkg", "dpkg-query"]) {
    if ((await findProgram(tool, options.env)) === undefined) return unavailable(`there is no ${tool}`);
  }
  const failureFile = `${home}.failed`;
  const rest = options.retriesSoon ? undefined : await readRest(failureFile);
  if (rest !== undefined) return unavailable(rest);
  options.log(
    `embedded Redis: no redis-server here; fetching the system's own package into ${home} without root (RUNFLEET_NO_FETCH=1 turns this off)`,
  );
  try {
    return { kind: "found", server: await fetchInto({ ...options, home }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await noteFailure(failureFile, reason);
    return unavailable(`fetching the package failed: ${reason}`);
  }
}

function unavailable(reason: string): FetchResult {
  return { kind: "unavailable", reason };
}

/** "debian-12-x64"; undefined on other systems. */
async function readSystem(): Promise<string | undefined> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const read = (key: string): string => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(release)?.[1] ?? "";
  const families = [read("ID"), ...read("ID_LIKE").split(" ")];
  if (!families.some((family) => family === "debian" || family === "ubuntu")) return undefined;
  return [read("ID"), read("VERSION_ID") || "rolling", process.arch].join("-");
}

/** The server in an extracted tree, if it is there and runs on this machine. */
async function useTree(tree: string, env: NodeJS.ProcessEnv): Promise<FetchedServer | undefined> {
  const folders = await findLibraryFolders(tree);
  const treeEnv = folders.length === 0 ? env : { ...env, LD_LIBRARY_PATH: folders.join(":") };
  for (const { server } of products) {
    const binary = join(tree, "usr", "bin", server);
    if ((await findBinaryProblem(binary, treeEnv)) === undefined) return { binary, env: treeEnv };
  }
  return undefined;
}

async function findLibraryFolders(tree: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const parent of [join(tree, "usr", "lib"), join(tree, "lib")]) {
    const children = await readdir(parent, { withFileTypes: true }).catch(() => []);
    folders.push(
      parent,
      ...children.filter((child) => child.isDirectory()).map((child) => join(parent, child.name)),
    );
  }
  const holdsLibrary = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder).catch(() => [])).some((name) => name.includes(".so")),
    ),
  );
  return folders.filter((_folder, index) => holdsLibrary[index] === true);
}

async function readRest(failureFile: string): Promise<string | undefined> {
  const failedAtMs = await stat(failureFile).then(
    (found) => found.mtimeMs,
    () => 0,
  );
  if (Date.now() - failedAtMs > failureRestMs) return undefined;
  const reason = (await readFile(failureFile, "utf8")).trim();
  return `fetching the package failed a short while ago (${reason}); delete ${failureFile} to try again now`;
}

/** The note only saves time later, so a disk that refuses it is no further problem. */
async function noteFailure(failureFile: string, reason: string): Promise<void> {
  await writeFile(failureFile, `${reason}\n`).catch(() => {});
}

async function fetchInto(options: FetchOptions & { readonly home: string }): Promise<FetchedServer> {
  const { home, env } = options;
  const parent = join(home, "..");
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const work = join(parent, `incoming-${process.pid}-${randomBytes(4).toString("hex")}`);
  const tree = join(work, "tree");
  await mkdir(tree, { recursive: true });
  try {
    await fetchTree({ work, tree, env, signal: AbortSignal.timeout(fetchTimeoutMs) });
    // Another process may have been faster: its server may already run from there.
    const server = (await useTree(home, env)) ?? (await moveTree({ tree, home, env }));
    await rm(`${home}.failed`, { force: true });
    return server;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Replaces what is at `home`, if anything: a tree that does not run (any more). */
async function moveTree(options: {
  readonly tree: string;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<FetchedServer> {
  const { tree, home, env } = options;
  await rm(home, { recursive: true, force: true });
  await rename(tree, home);
  const server = await useTree(home, env);
  if (server === undefined) throw new Error(`the server in ${home} does not run`);
  return server;
}

/** Downloads of processes that were killed in the middle. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^incoming-(\d+)-/.exec(name)?.[1];
    const isAbandoned = pid !== undefined && (await markProcess(Number(pid))) === undefined;
    if (isAbandoned) await rm(join(parent, name), { recursive: true, force: true });
  }
}

interface FetchTask {
  readonly work: string;
  readonly tree: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** With the system's package lists; when there are none or they are out of date, with lists of our own. */
async function fetchTree(task: FetchTask): Promise<void> {
  const withSystemLists = await fetchWithLists(task, "system");
  if (withSystemLists === "fetched") return;
  const withOwnLists = await fetchWithLists(task, "own");
  if (withOwnLists !== "fetched") throw withOwnLists;
}

/** Resolves with the problem of the first product: with fresh lists, that is the one worth telling. */
async function fetchWithLists(task: FetchTask, lists: "system" | "own"): Promise<"fetched" | Error> {
  const { work, env, signal, tree } = task;
  const apt = await openApt({ lists, work, env, signal });
  if (apt === undefined) return new Error("this system has no package lists");
  const problems: Error[] = [];
  for (const product of products) {
    try {
      await fetchProduct({ apt, product, tree, env });
      return "fetched";
    } catch (error) {
      problems.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return problems[0] ?? new Error("there is no product to fetch");
}

async function fetchProduct(options: {
  readonly apt: Apt;
  readonly product: (typeof products)[number];
  readonly tree: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<void> {
  const { apt, product, tree, env } = options;
  const binary = join(tree, "usr", "bin", product.server);
  let next: readonly string[] = product.packages;
  const fetched = new Set<string>();
  for (let round = 0; round <= libraryRoundsMax && next.length > 0; round += 1) {
    await apt.extract(next, tree);
    for (const name of next) fetched.add(name);
    if ((await useTree(tree, env))?.binary === binary) return;
    next = (await apt.listMissingLibraries(next)).filter((name) => !fetched.has(name));
  }
  throw new Error(`${product.server} was fetched but ${await findBinaryProblem(binary, env)}`);
}
