/**
 * Which settings of a Redis would lose or block work. Pure: judges facts that were read elsewhere. What a server does
 * not tell (managed ones hide their configuration) is unknown, not wrong.
 */
import { layout } from "@runfleet/model";
import { layoutProblem, type StoredLayout } from "./layout-rules.js";

/** Absent = the server does not tell. Sizes in bytes, times in milliseconds. */
export interface RedisFacts {
  readonly version: string | undefined;
  readonly role: string | undefined;
  /** Of a Redis Cluster. */
  readonly isMember: boolean | undefined;
  /** Whether the fleet's address is a cluster's. */
  readonly isAskedAsMember: boolean;
  readonly replicas: number | undefined;
  readonly evictionPolicy: string | undefined;
  readonly appendOnly: string | undefined;
  readonly appendFsync: string | undefined;
  readonly lastWriteStatus: string | undefined;
  readonly usedMemory: number | undefined;
  /** 0 = no limit. */
  readonly maxMemory: number | undefined;
  readonly clients: number | undefined;
  readonly maxClients: number | undefined;
  /** How far the server's clock is ahead of this machine's. */
  readonly clockAheadMs: number;
  /** Median of a few round trips. */
  readonly roundTripMs: number;
  /** Of the fleet's data; absent = there is none yet. */
  readonly layout: StoredLayout | undefined;
}

export interface RedisFinding {
  readonly check: string;
  /** `problem`: work can be lost or stand still. `warning`: it can under load, or later. */
  readonly status: "ok" | "warning" | "problem" | "unknown";
  readonly found: string;
  /** Absent when nothing has to be done. */
  readonly remedy?: string;
}

type Verdict = Omit<RedisFinding, "check">;

const oldestVersion = [6, 2] as const;
const memoryShareMax = 0.8;
const clientsShareMax = 0.8;
const clockAheadMsMax = 1_000;
const roundTripMsMax = 20;

const ok = (found: string): Verdict => ({ status: "ok", found });
const unknown = (what: string): Verdict => ({
  status: "unknown",
  found: `the server does not tell ${what}`,
  remedy: `ask whoever runs it for ${what}`,
});

const checks: Readonly<Record<string, (facts: RedisFacts) => Verdict>> = {
  version: ({ version }) => {
    if (version === undefined) return unknown("its version");
    if (isNewEnough(version)) return ok(version);
    return problem(version, `use Redis ${oldestVersion.join(".")} or newer, or Valkey`);
  },
  role: ({ role }) => {
    if (role === undefined) return unknown("its role");
    if (role === "master") return ok("primary");
    return problem(role, "connect to the primary: a replica refuses every write");
  },
  cluster: ({ isMember, isAskedAsMember, replicas }) => {
    if (isMember !== true) return ok("no cluster");
    if (!isAskedAsMember)
      return problem(
        "one member of a cluster",
        "begin the address with redis-cluster:// or rediss-cluster://: the keys may lie with another member",
      );
    if (replicas !== 0) return ok(`member of a cluster, replicas: ${replicas ?? "unknown"}`);
    return warning("member of a cluster, no replica", "give it one: nobody else has the fleet's slot");
  },
  eviction: ({ evictionPolicy }) => {
    if (evictionPolicy === undefined) return unknown("maxmemory-policy");
    if (evictionPolicy === "noeviction") return ok(evictionPolicy);
    return problem(
      evictionPolicy,
      "set maxmemory-policy noeviction: any other policy deletes runs when memory is full",
    );
  },
  persistence: ({ appendOnly, appendFsync }) => {
    if (appendOnly === undefined) return unknown("appendonly");
    if (appendOnly === "yes" && appendFsync !== "no")
      return ok(`append-only file, fsync ${appendFsync ?? "as usual"}`);
    if (appendOnly === "yes")
      return warning("append-only file, fsync left to the system", "set appendfsync everysec");
    return problem(
      "no append-only file",
      "set appendonly yes: a restart loses what came after the last snapshot",
    );
  },
  writing: ({ lastWriteStatus }) => {
    if (lastWriteStatus === undefined) return unknown("whether its last write to disk worked");
    if (lastWriteStatus === "ok") return ok("the last write to disk worked");
    return problem("the last write to disk failed", "look at the server's log and the space on its disk");
  },
  memory: ({ usedMemory, maxMemory }) => {
    if (usedMemory === undefined) return unknown("how much memory it uses");
    const used = mebibytes(usedMemory);
    if (maxMemory === undefined || maxMemory === 0) return ok(`${used} used, no limit`);
    const found = `${used} of ${mebibytes(maxMemory)} used`;
    if (usedMemory <= maxMemory * memoryShareMax) return ok(found);
    if (usedMemory >= maxMemory)
      return problem(found, "give it more memory: it is full, and no run can go on");
    return warning(found, "give it more memory: when it is full, no run can go on");
  },
  clients: ({ clients, maxClients }) => {
    if (clients === undefined || maxClients === undefined) return unknown("how many clients it may have");
    const found = `${clients} of ${maxClients} clients`;
    if (clients <= maxClients * clientsShareMax) return ok(found);
    return warning(found, "raise maxclients: each worker has about five connections");
  },
  clock: ({ clockAheadMs }) => {
    const found = `${Math.abs(Math.round(clockAheadMs))} ms ${clockAheadMs < 0 ? "behind" : "ahead of"} this machine`;
    if (Math.abs(clockAheadMs) <= clockAheadMsMax) return ok(found);
    return warning(
      found,
      "synchronise the clocks: deadlines are judged by the worker's, leases by the server's",
    );
  },
  latency: ({ roundTripMs }) => {
    const found = `${roundTripMs.toFixed(1)} ms per round trip`;
    if (roundTripMs <= roundTripMsMax) return ok(found);
    return warning(found, "bring workers and Redis closer together: each step is one round trip");
  },
  layout: ({ layout: stored }) => {
    if (stored === undefined) return ok("nothing was published yet");
    const found = `layout ${stored.version} of Runfleet ${stored.writtenBy}`;
    const remedy = layoutProblem(stored, layout);
    return remedy === undefined ? ok(found) : problem(found, remedy);
  },
};

/** One finding per check, always in the same order. */
export function judgeRedis(facts: RedisFacts): readonly RedisFinding[] {
  return Object.entries(checks).map(([check, judge]) => ({ check, ...judge(facts) }));
}

function problem(found: string, remedy: string): Verdict {
  return { status: "problem", found, remedy };
}

function warning(found: string, remedy: string): Verdict {
  return { status: "warning", found, remedy };
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldestVersion[0] || (major === oldestVersion[0] && minor >= oldestVersion[1]);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
