/**
 * Addresses of a Redis Cluster: `redis-cluster://[user[:password]@]host[:port][,host[:port]…]`, with `rediss-cluster` for
 * TLS. Any members will do; the others are learnt from them. Knows no other address, and connects to nothing.
 */
import { RunfleetError } from "@runfleet/model";

export interface ClusterMember {
  readonly host: string;
  readonly port: number;
}

export interface ClusterAddress {
  readonly isEncrypted: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly members: readonly ClusterMember[];
}

const scheme = /^redis(s?)-cluster:\/\//;
/** Who, whom, and nothing behind: a cluster has no numbered databases. */
const whole =
  /^redis(?<tls>s?)-cluster:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<members>[^@/?#]+)\/?$/;
const member = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<name>[A-Za-z0-9._-]+))(?::(?<port>\d{1,5}))?$/;
const defaultPort = 6379;
const portMax = 65_535;

export function isClusterAddress(url: string): boolean {
  return scheme.test(url);
}

/** Throws `invalid_usage`; the address may hold a password, so it is not repeated. */
export function parseClusterAddress(url: string): ClusterAddress {
  const { tls, user, password, members = "" } = whole.exec(url)?.groups ?? {};
  const parsed = members.split(",").map(parseMember);
  if (!parsed.every((each) => each !== undefined)) throw unusable();
  return {
    isEncrypted: tls === "s",
    ...(user ? { username: decoded(user) } : {}),
    ...(password === undefined ? {} : { password: decoded(password) }),
    members: parsed,
  };
}

function parseMember(text: string): ClusterMember | undefined {
  const { six, name, port } = member.exec(text)?.groups ?? {};
  const host = six ?? name;
  const number = port === undefined ? defaultPort : Number(port);
  return host === undefined || number < 1 || number > portMax ? undefined : { host, port: number };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw unusable(cause);
  }
}

function unusable(cause?: unknown): RunfleetError {
  const shape = "redis-cluster://[user:password@]host[:port],host[:port]… (rediss-cluster:// with TLS)";
  return new RunfleetError("invalid_usage", `the address of a Redis Cluster must be ${shape}`, { cause });
}
