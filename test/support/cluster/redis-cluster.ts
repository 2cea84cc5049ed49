/**
 * A real Redis Cluster on this machine: three primaries that share the slots, and replicas if wanted. Members are killed and
 * slots moved from outside; knows nothing about what is in it.
 */
import { join } from "node:path";
import { eventually } from "../eventually.js";
import { type ClusterMember, startMember } from "./cluster-member.js";

export interface RedisCluster {
  readonly url: string;
  /** The primary that has the slot of a tag. */
  ownerOf(tag: string): Promise<ClusterMember>;
  /** Gives the slot of a tag with all its keys to another primary, key by key, as operators do. */
  moveSlot(tag: string): Promise<void>;
  /** The primary that has the slot gets a replica with everything, and is killed; resolves when the replica has the slot. */
  failOver(tag: string): Promise<void>;
  stop(): Promise<void>;
}

const host = "127.0.0.1";
const primaries = 3;
const slots = 16_384;
const keysPerMove = 100;

export async function startRedisCluster(folder: string): Promise<RedisCluster> {
  const members: ClusterMember[] = [];
  /** `prepare` is called before the others know the member: afterwards nobody may say which epoch it begins with. */
  const add = async (prepare?: (member: ClusterMember) => Promise<void>): Promise<ClusterMember> => {
    const member = await startMember(join(folder, `member-${members.length + 1}`));
    await prepare?.(member);
    const [first] = members;
    if (first !== undefined) await first.command("CLUSTER", "MEET", host, member.port, member.busPort);
    members.push(member);
    return member;
  };
  for (let place = 0; place < primaries; place += 1) {
    const begin = (of: number): number => Math.ceil((of * slots) / primaries);
    await add(async (member) => {
      await member.command("CLUSTER", "SET-CONFIG-EPOCH", place + 1);
      await member.command("CLUSTER", "ADDSLOTSRANGE", begin(place), begin(place + 1) - 1);
    });
  }
  await allAgree(members);
  const ownerOf = async (tag: string): Promise<ClusterMember> => {
    const id = await ownerId(members, tag);
    const owner = members.find((member) => member.id === id);
    if (owner === undefined) throw new Error(`nobody has the slot of ${tag}`);
    return owner;
  };
  return {
    url: `redis-cluster://${members.map(({ port }) => `${host}:${port}`).join(",")}`,
    ownerOf,
    async moveSlot(tag) {
      const from = await ownerOf(tag);
      const to = members.find((member) => member !== from);
      if (to === undefined) throw new Error("there is no other member");
      await moveSlot({ from, to, members, slot: await slotOf(from, tag) });
    },
    async failOver(tag) {
      const primary = await ownerOf(tag);
      const replica = await add();
      await allAgree(members);
      // Until it has heard of the primary it refuses to follow it.
      await eventually("the replica follows", () => follows(replica, primary));
      await primary.command("SET", `${tag}:mark`, "everything before this is with the replica");
      await primary.command("WAIT", 1, 0);
      await primary.command("DEL", `${tag}:mark`);
      members.splice(members.indexOf(primary), 1);
      await primary.kill();
      await eventually("the replica has the slot", async () =>
        (await ownerId(members, tag)) === replica.id ? true : undefined,
      );
    },
    async stop() {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}

/** Everybody knows everybody, and all slots are served. */
async function allAgree(members: readonly ClusterMember[]): Promise<void> {
  const signs = ["cluster_state:ok", `cluster_known_nodes:${members.length}\r`];
  await eventually("all members agree", async () => {
    const told = await Promise.all(members.map((member) => member.command("CLUSTER", "INFO")));
    return told.every((info) => signs.every((sign) => String(info).includes(sign))) ? true : undefined;
  });
}

async function slotOf(member: ClusterMember, tag: string): Promise<number> {
  return Number(await member.command("CLUSTER", "KEYSLOT", tag));
}

/** By the word of the first member that lives and has a word for it. */
async function ownerId(members: readonly ClusterMember[], tag: string): Promise<string | undefined> {
  for (const member of members) {
    const told = await ask(member, tag).catch(() => undefined);
    if (told !== undefined) return told;
  }
  return undefined;
}

type ToldRange = readonly [
  first: number,
  last: number,
  primary: readonly [host: string, port: number, id: string],
];

async function ask(member: ClusterMember, tag: string): Promise<string | undefined> {
  const slot = await slotOf(member, tag);
  const ranges = (await member.command("CLUSTER", "SLOTS")) as readonly ToldRange[];
  return ranges.find(([first, last]) => first <= slot && slot <= last)?.[2][2];
}

async function follows(replica: ClusterMember, primary: ClusterMember): Promise<true | undefined> {
  await replica.command("CLUSTER", "REPLICATE", primary.id).catch(() => {});
  const info = String(await replica.command("INFO", "replication"));
  return info.includes("master_link_status:up") ? true : undefined;
}

interface SlotMove {
  readonly from: ClusterMember;
  readonly to: ClusterMember;
  readonly members: readonly ClusterMember[];
  readonly slot: number;
}

async function moveSlot({ from, to, members, slot }: SlotMove): Promise<void> {
  await to.command("CLUSTER", "SETSLOT", slot, "IMPORTING", from.id);
  await from.command("CLUSTER", "SETSLOT", slot, "MIGRATING", to.id);
  for (;;) {
    const keys = (await from.command("CLUSTER", "GETKEYSINSLOT", slot, keysPerMove)) as string[];
    if (keys.length === 0) break;
    await from.command("MIGRATE", host, to.port, "", 0, 5_000, "KEYS", ...keys);
  }
  for (const member of [to, ...members.filter((each) => each !== to)])
    await member.command("CLUSTER", "SETSLOT", slot, "NODE", to.id);
}
