/**
 * How a connection finds its server in a Redis Cluster. Everything of a partition lies in one slot, so at any moment on one
 * server, and a connection is an ordinary one to that server. Each time it is made anew, the members are asked who has the
 * slot now. Sends no command of the store and reads no reply of one: that a server has lost the slot ends the connection
 * (`connect-redis.ts`).
 */
import { connect as connectPlain, Socket } from "node:net";
import { connect as connectEncrypted } from "node:tls";
import { RunfleetError } from "@runfleet/model";
import { AbstractConnector, Redis, type RedisOptions } from "ioredis";
import type { ClusterAddress, ClusterMember } from "./cluster-address.js";

/** What one member says. */
interface SlotAnswer {
  readonly owner: ClusterMember | undefined;
  /** All whom it knows. */
  readonly members: readonly ClusterMember[];
  /** False on a member that is cut off from the others: its word may be old. */
  readonly isUp: boolean;
}

/** A member as `CLUSTER SLOTS` tells it; that it may have no name the client's types do not know. */
type ToldMember = readonly [host: string | null, port: number, ...rest: readonly unknown[]];

const askTimeoutMs = 2_000;
/** What a member writes for one whose name it does not know: the one that was asked, mostly itself. */
const nameless: ReadonlySet<unknown> = new Set([null, "", "?"]);

/** The class that a connection's options want. Connections with the same one share what they learn about the members. */
export function clusterConnector(
  address: ClusterAddress,
  tag: string,
): NonNullable<RedisOptions["Connector"]> {
  let learnt: readonly ClusterMember[] = [];
  const find = async (): Promise<ClusterMember> => {
    const answer = await askMembers(distinct([...address.members, ...learnt]), { address, tag });
    learnt = answer.members;
    if (answer.owner === undefined) throw new Error(`no member of the cluster has the slot of ${tag}`);
    return answer.owner;
  };
  return class extends AbstractConnector {
    constructor(options: unknown) {
      super((options as { readonly disconnectTimeout: number }).disconnectTimeout);
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      const owner = await find().catch(unlessUseless);
      if (!this.connecting) throw new Error("Connection is closed.");
      this.stream = owner instanceof Error ? this.#refuse(owner) : open(owner, address);
      return this.stream;
    }

    /** As a connection that was refused, so that it is tried again by the rules of every connection. */
    #refuse(why: Error): Socket {
      this.firstError = why;
      return new Socket().destroy();
    }
  };
}

function open({ host, port }: ClusterMember, { isEncrypted }: ClusterAddress): Socket {
  return isEncrypted ? connectEncrypted({ host, port }) : connectPlain({ host, port });
}

/** Our own errors say that asking again is of no use; they end the connection. */
function unlessUseless(error: unknown): Error {
  if (error instanceof RunfleetError) throw error;
  return error instanceof Error ? error : new Error(String(error));
}

function distinct(members: readonly ClusterMember[]): readonly ClusterMember[] {
  return [...new Map(members.map((member) => [`${member.host}:${member.port}`, member])).values()];
}

interface Question {
  readonly address: ClusterAddress;
  readonly tag: string;
}

/** The first answer of a member that is with the others; else the first at all. Throws when nobody answers. */
async function askMembers(members: readonly ClusterMember[], question: Question): Promise<SlotAnswer> {
  let doubtful: SlotAnswer | undefined;
  let failure: unknown;
  for (const member of members) {
    try {
      const answer = await ask(member, question);
      if (answer.isUp) return answer;
      doubtful ??= answer;
    } catch (error) {
      if (error instanceof RunfleetError) throw error;
      failure = error;
    }
  }
  if (doubtful === undefined) throw failure;
  return doubtful;
}

async function ask(member: ClusterMember, { address, tag }: Question): Promise<SlotAnswer> {
  const redis = openForOneQuestion(member, address);
  try {
    const [slot, ranges, info] = await Promise.all([
      redis.cluster("KEYSLOT", tag),
      redis.cluster("SLOTS"),
      redis.cluster("INFO"),
    ]);
    const named = ([host, port]: ToldMember): ClusterMember => ({
      host: nameless.has(host) ? member.host : String(host),
      port,
    });
    // First and last slot, the primary, its replicas.
    const range = ranges.find(([first, last]) => first <= slot && slot <= last);
    return {
      owner: range === undefined ? undefined : named(range[2] as ToldMember),
      members: ranges.flatMap(([_first, _last, ...told]) => told.map(named)),
      isUp: info.includes("cluster_state:ok"),
    };
  } catch (error) {
    throw error instanceof Error && error.message.includes("cluster support disabled")
      ? noCluster(member)
      : error;
  } finally {
    redis.disconnect();
  }
}

function openForOneQuestion({ host, port }: ClusterMember, address: ClusterAddress): Redis {
  const { isEncrypted, username, password } = address;
  return new Redis({
    ...{ host, port, connectTimeout: askTimeoutMs, commandTimeout: askTimeoutMs },
    ...{ maxRetriesPerRequest: 0, retryStrategy: () => null, enableReadyCheck: false },
    ...(isEncrypted ? { tls: {} } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    // Whoever asked is told by the question that fails.
  }).on("error", () => {});
}

function noCluster({ host, port }: ClusterMember): RunfleetError {
  return new RunfleetError(
    "invalid_usage",
    `the Redis at ${host}:${port} is no member of a cluster: its address begins with redis:// or rediss://`,
  );
}
