/**
 * Which fleet a command talks to: `--redis`, else `REDIS_URL`, else the fleet that `dev` runs here or above.
 * Reads the state file of `dev`; connects to nothing.
 */
import { RunfleetError } from "@runfleet/model";
import type { GlobalOptions } from "./cli.js";
import { isAlive, readDevState } from "./dev/dev-state.js";
import { findStateFile, type Place } from "./home.js";

export interface FleetAddress {
  readonly redisUrl: string;
  readonly namespace: string;
  /** For people: the address without secrets and where it came from. */
  readonly place: string;
}

export const defaultNamespace = "rf";

/** Throws `redis_unavailable` when no address is known, or the one known belongs to a fleet that is gone. */
export async function findFleet(options: GlobalOptions, place: Place): Promise<FleetAddress> {
  const named = options.redis ?? place.env["REDIS_URL"] ?? "";
  const namespace = options.namespace ?? (place.env["RUNFLEET_NAMESPACE"] || undefined);
  if (named !== "") {
    const source = options.redis === undefined ? "REDIS_URL" : "--redis";
    return addressOf({ redisUrl: named, namespace: namespace ?? defaultNamespace, source });
  }
  const file = findStateFile(place);
  if (file === undefined) {
    throw new RunfleetError("redis_unavailable", "no Redis is named and no development fleet runs here");
  }
  const state = await readDevState(file);
  if (state === undefined) {
    throw new RunfleetError(
      "redis_unavailable",
      `the state file ${file} cannot be read; delete it and start the fleet again`,
    );
  }
  if (!(await isAlive(state))) {
    throw new RunfleetError(
      "redis_unavailable",
      `the development fleet of ${file} no longer runs (its process ${state.owner.pid} is gone)`,
      { details: { file, pid: state.owner.pid } },
    );
  }
  if (state.redisUrl === undefined) {
    throw new RunfleetError(
      "redis_unavailable",
      `the development fleet of ${file} is still starting; try again in a moment`,
    );
  }
  return addressOf({ redisUrl: state.redisUrl, namespace: namespace ?? state.namespace, source: file });
}

function addressOf(found: {
  readonly redisUrl: string;
  readonly namespace: string;
  readonly source: string;
}): FleetAddress {
  const { redisUrl, namespace, source } = found;
  return {
    redisUrl,
    namespace,
    place: `${withoutSecrets(redisUrl)}, namespace ${namespace} (from ${source})`,
  };
}

/** The address, or those of several partitions, without user and password. */
export function withoutSecrets(addresses: string): string {
  return addresses.trim().split(/\s+/).map(withoutSecret).join(" ");
}

function withoutSecret(url: string): string {
  // The address of a cluster names several hosts.
  const [, scheme, hosts] = /^(rediss?-cluster:\/\/)(?:[^@]*@)?(.*)$/.exec(url) ?? [];
  if (scheme !== undefined) return `${scheme}${hosts}`;
  if (!URL.canParse(url)) return "an address that is no URL";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
