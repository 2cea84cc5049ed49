/**
 * Names that are made, not chosen: run ids and content hashes. The same text gives the same name on every machine.
 */
import { createHash, getRandomValues, hash } from "node:crypto";
import { ulid } from "ulid";

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new run id. Ids of later milliseconds sort after earlier ones. */
export function newRunId(now: number): string {
  return ulid(now, randomShare);
}

/** Random bytes are asked for many at a time: to ask for each of an id's sixteen letters takes longer than to start its run. */
const randomBytes = new Uint8Array(4_096);
let randomBytesUsed = randomBytes.length;

/** One of 256 numbers in [0, 1), evenly; an id takes a letter of 32 with each. */
function randomShare(): number {
  if (randomBytesUsed === randomBytes.length) {
    getRandomValues(randomBytes);
    randomBytesUsed = 0;
  }
  const byte = randomBytes[randomBytesUsed] as number;
  randomBytesUsed += 1;
  return byte / 256;
}

/** A run id made from text: 26 characters with the shape of a ULID, for runs that must not be created twice. */
export function deriveRunId(text: string): string {
  const digest = createHash("sha256").update(text).digest();
  // As in a ULID the first character holds three bits, so that all 26 are 128 bits.
  let value = BigInt(`0x${digest.subarray(0, 16).toString("hex")}`);
  let id = "";
  for (let position = 0; position < 26; position++) {
    id = `${crockford[Number(value & 31n)]}${id}`;
    value >>= 5n;
  }
  return id;
}

/** Name of a definition's snapshot: sha-256 of its JSON, in hex. */
export function definitionHash(json: string): string {
  return createHash("sha256").update(json).digest("hex");
}

/** What must be equal for two starts to be the same start: 132 bits of a hash, kept with every run and every key. */
export function startDigest(run: {
  readonly workflow: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly forkOf?: { readonly runId: string; readonly address: string };
}): string {
  const inputs = Object.entries(run.inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  const forkedFrom = run.forkOf === undefined ? [] : [run.forkOf.runId, run.forkOf.address];
  // Every start and every child makes one; in one call it needs no object that the collector has to finalize.
  return hash("sha256", JSON.stringify([run.workflow, inputs, ...forkedFrom]), "base64url").slice(0, 22);
}
