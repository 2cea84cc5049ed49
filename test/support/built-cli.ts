/**
 * The built `runfleet` command as people use it: each call a process of its own, in a project folder of its own.
 * Never uses a Redis that the surroundings name.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { markProcess } from "@runfleet/testing";

const program = fileURLToPath(new URL("../../apps/cli/bin/runfleet.js", import.meta.url));
/** Shared with everything else in this clone, so that no test fetches a Redis of its own. */
const cache = fileURLToPath(new URL("../../.cache/runfleet", import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DevState {
  readonly owner: { readonly pid: number };
  readonly redisUrl: string;
  readonly redisPid: number;
  readonly serverUrl: string;
  readonly workerPids: readonly number[];
}

export interface CliProject {
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
  /** Runs one command to its end. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliResult>;
  /** Runs one command with `--json` and answers its document. Throws unless it exits with 0. */
  json(args: readonly string[]): Promise<unknown>;
  /** Starts `dev` and resolves when it says that it runs. */
  dev(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<DevProcess>;
  /** Starts `server` beside the fleet of `dev`, on any free port where none is named, and resolves when it listens. */
  server(env?: Readonly<Record<string, string>>, port?: string): Promise<ServerProcess>;
  /** What `dev` left for the other commands. */
  state(): Promise<DevState>;
  remove(): Promise<void>;
}

export interface DevProcess {
  readonly child: ChildProcess;
  output(): string;
  /** Sends the signal and resolves with the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface ServerProcess {
  readonly url: string;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export async function openProject(): Promise<CliProject> {
  const folder = await mkdtemp(join(tmpdir(), "runfleet-cli-"));
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const { REDIS_URL: _unused, ...inherited } = process.env;
  const base = { ...inherited, RUNFLEET_CACHE: cache, NO_COLOR: "" };
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> =>
    runToEnd(spawn(process.execPath, [program, ...args], { cwd: folder, env: { ...base, ...env } }));
  return {
    folder,
    write: (name, text) => writeFile(join(folder, name), text),
    run,
    json: async (args) => {
      const { code, stdout, stderr } = await run([...args, "--json"]);
      if (code !== 0) throw new Error(`runfleet ${args.join(" ")} exited with ${code}: ${stderr}`);
      return JSON.parse(stdout) as unknown;
    },
    dev: (args, env = {}) =>
      startDev(spawn(process.execPath, [program, "dev", ...args], { cwd: folder, env: { ...base, ...env } })),
    server: (env = {}, port = "0") =>
      startServer(
        spawn(process.execPath, [program, "server", "--port", port], {
          cwd: folder,
          env: { ...base, ...env },
        }),
      ),
    state: async () => JSON.parse(await readFile(join(folder, ".runfleet", "dev.json"), "utf8")) as DevState,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Those of these processes that still run. */
export async function runningOf(pids: readonly number[]): Promise<readonly number[]> {
  const marks = await Promise.all(pids.map(markProcess));
  return marks.flatMap((mark) => mark?.pid ?? []);
}

function runToEnd(child: ChildProcess): Promise<CliResult> {
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout: stdout(), stderr: stderr() }));
  });
}

function startServer(child: ChildProcess): Promise<ServerProcess> {
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", () => {
      const url = /"url":"([^"]+)"/.exec(stdout())?.[1];
      if (url === undefined) return;
      const end = (signal: NodeJS.Signals): Promise<number | null> => {
        child.kill(signal);
        return ended;
      };
      resolve({ url, end });
    });
    void ended.then((code) => reject(new Error(`server ended with ${code}: ${stdout()}\n${stderr()}`)));
  });
}

function startDev(child: ChildProcess): Promise<DevProcess> {
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const output = (): string => `${stdout()}\n${stderr()}`;
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", () => {
      if (stdout().includes("Runfleet is running")) resolve({ child, output, end });
    });
    void ended.then((code) => reject(new Error(`dev ended with ${code}: ${output()}`)));
  });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
