/** Workers as processes of their own: the built `runfleet worker`, or one with a fault. What they did is in a ledger. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LedgerLine } from "./actions.mjs";
import type { Settings } from "./faulty-worker.mjs";

const ownCli = fileURLToPath(new URL("../../../apps/cli/bin/runfleet.js", import.meta.url));
const config = fileURLToPath(new URL("runfleet.config.ts", import.meta.url));
const faulty = fileURLToPath(new URL("faulty-worker.mjs", import.meta.url));

export interface WorkerProcess {
  readonly pid: number;
  /** Everything it wrote. */
  log(): string;
  /** How it ended: the exit code or the signal. */
  readonly ended: Promise<number | string>;
  /** Sends a signal; resolves when it is gone. */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

export interface ProcessPlace {
  readonly redisUrl: string;
  readonly namespace: string;
  /** Logs, ledger and working directories lie here. */
  readonly folder: string;
  readonly leaseTtlMs: number;
  readonly graceMs: number;
}

export interface WorkerStart {
  /** The `runfleet` of another build. Default: this one's. */
  readonly cli?: string;
  /** More words of the command. */
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The product as it comes. */
export function startWorker(
  place: ProcessPlace,
  name: string,
  { cli = ownCli, words = [], env: more = {} }: WorkerStart = {},
): Promise<WorkerProcess> {
  const { redisUrl, namespace, folder, leaseTtlMs, graceMs } = place;
  const env = {
    REDIS_URL: redisUrl,
    RUNFLEET_NAMESPACE: namespace,
    RUNFLEET_HOME: join(folder, name),
    RUNFLEET_LEASE_TTL_MS: String(leaseTtlMs),
    RUNFLEET_GRACE_MS: String(graceMs),
    PROCESSES_LEDGER: ledgerOf(place),
    ...more,
  };
  return start([cli, "worker", "--config", config, ...words], { env, folder, name });
}

export type Fault = Partial<Pick<Settings, "dieAt" | "isDeaf" | "concurrency">>;

export function startFaultyWorker(place: ProcessPlace, name: string, fault: Fault): Promise<WorkerProcess> {
  const { redisUrl, namespace, folder, leaseTtlMs, graceMs } = place;
  const settings: Settings = {
    ...{ redisUrl, namespace, leaseTtlMs, graceMs, name, ledger: ledgerOf(place) },
    ...{ workDir: join(folder, name), sweepMs: 400, concurrency: 8, ...fault },
  };
  return start([faulty], { env: { FAULTY: JSON.stringify(settings) }, folder, name });
}

export function ledgerOf({ folder, namespace }: ProcessPlace): string {
  return join(folder, `${namespace}.ledger`);
}

export function readLedger(place: ProcessPlace): readonly LedgerLine[] {
  const file = ledgerOf(place);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LedgerLine);
}

/** Resolves when it says that it works; one that dies before has started all the same. */
async function start(
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly folder: string; readonly name: string },
): Promise<WorkerProcess> {
  const { env, folder, name } = options;
  const file = join(folder, `${name}.log`);
  const out = openSync(file, "a");
  // Without our channel it ends by itself: a test run that dies leaves no workers behind.
  const child = spawn(process.execPath, args, {
    ...{ cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", out, out, "ipc"] },
  });
  closeSync(out);
  const ended = endOf(child);
  await Promise.race([once(child, "message"), ended]);
  return {
    pid: child.pid ?? 0,
    log: () => readFileSync(file, "utf8"),
    ended,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<number | string> {
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  return signal ?? code ?? -1;
}
