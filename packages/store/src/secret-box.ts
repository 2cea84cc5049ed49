/**
 * Seals the values of secret inputs for the store and opens them again. With keys: AES-256-GCM under the first, opened
 * with whichever key is named; without: as they are, marked so, and hidden only by never being part of a record. A
 * sealed value opens in its own place only. Knows nothing of workflows.
 *
 * A sealed text is `plain:<value>` or `gcm:<key>:<base64url of nonce, ciphertext and tag>`.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { RunfleetError, type SealedInputs } from "@runfleet/model";

/** Whose inputs they are, for example `run 01J…`. A value that was copied elsewhere does not open there. */
export type SealedPlace = `run ${string}` | `schedule ${string}`;

export interface SecretBox {
  seal(place: SealedPlace, values: Readonly<Record<string, string>>): SealedInputs;
  /** Throws `secret_unreadable`. */
  open(place: SealedPlace, sealed: SealedInputs): Record<string, string>;
}

interface Keys {
  readonly namespace: string;
  /** By id, in their order. */
  readonly keys: ReadonlyMap<string, Buffer>;
}

const cipher = "aes-256-gcm";
const keyBytes = 32;
/** What GCM wants; random ones may seal 2^32 values with one key. */
const nonceBytes = 12;
const tagBytes = 16;

/**
 * `keys`: `id:base64 of 32 bytes`, several between commas; empty or absent = none. Throws `invalid_config` for text that is
 * no list of keys, and repeats nothing of it.
 */
export function createSecretBox(options: { readonly namespace: string; readonly keys?: string }): SecretBox {
  const own: Keys = { namespace: options.namespace, keys: readKeys(options.keys ?? "") };
  return {
    seal: (place, values) => mapValues(values, (name, value) => sealOne(own, { place, name, value })),
    open: (place, sealed) => mapValues(sealed, (name, text) => openOne(own, { place, name, text })),
  };
}

function mapValues(
  values: Readonly<Record<string, string>>,
  change: (name: string, value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(name, value)]));
}

function readKeys(text: string): Map<string, Buffer> {
  const keys = new Map<string, Buffer>();
  const entries = text.split(",").map((entry) => entry.trim());
  for (const [index, entry] of entries.entries()) {
    if (entry === "") continue;
    const [, id, base64] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]+={0,2})$/.exec(entry) ?? [];
    const key = Buffer.from(base64 ?? "", "base64");
    if (id === undefined || key.length !== keyBytes || keys.has(id)) throw noKey(index + 1);
    keys.set(id, key);
  }
  return keys;
}

function noKey(position: number): RunfleetError {
  return new RunfleetError(
    "invalid_config",
    `key ${position} of RUNFLEET_SECRET_KEYS is no key: write id:key, the id of letters, digits, dashes or underscores and used once, the key ${keyBytes} random bytes in base64 (openssl rand -base64 ${keyBytes})`,
  );
}

interface Placed {
  readonly place: SealedPlace;
  readonly name: string;
}

function sealOne({ namespace, keys }: Keys, { value, ...at }: Placed & { readonly value: string }): string {
  const [first] = keys;
  if (first === undefined) return `plain:${value}`;
  const [id, key] = first;
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key, nonce).setAAD(boundTo(namespace, at));
  const sealed = Buffer.concat([nonce, sealing.update(value, "utf8"), sealing.final(), sealing.getAuthTag()]);
  return `gcm:${id}:${sealed.toString("base64url")}`;
}

function openOne({ namespace, keys }: Keys, { text, ...at }: Placed & { readonly text: string }): string {
  if (text.startsWith("plain:")) return text.slice("plain:".length);
  const [, id = "", base64] = text.split(":");
  const key = keys.get(id);
  if (key === undefined)
    throw unreadable(at, `it is sealed with the key "${id}", which this process does not have`);
  const sealed = Buffer.from(base64 ?? "", "base64url");
  try {
    const nonce = sealed.subarray(0, nonceBytes);
    const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes });
    opening.setAAD(boundTo(namespace, at)).setAuthTag(sealed.subarray(-tagBytes));
    return opening.update(sealed.subarray(nonceBytes, -tagBytes), undefined, "utf8") + opening.final("utf8");
  } catch (cause) {
    throw unreadable(
      at,
      `the key "${id}" of this process is not the one it is sealed with, or it was changed`,
      cause,
    );
  }
}

/** JSON, so that no two places give the same bytes. */
function boundTo(namespace: string, { place, name }: Placed): Buffer {
  return Buffer.from(JSON.stringify([namespace, place, name]));
}

function unreadable({ place, name }: Placed, why: string, cause?: unknown): RunfleetError {
  return new RunfleetError(
    "secret_unreadable",
    `the secret input "${name}" of ${place} cannot be read: ${why}; add the key to RUNFLEET_SECRET_KEYS and try again`,
    { details: { place, input: name }, ...(cause === undefined ? {} : { cause }) },
  );
}
