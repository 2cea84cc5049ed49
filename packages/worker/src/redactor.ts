/**
 * Masks the values of a run's secrets in whatever its steps say, before anything of it is stored or logged: in texts, in
 * every text of a value, in streams of bytes. Finds a value as it is and in the usual disguises (inside JSON, inside an
 * address, base64), line by line when it has several, and what is left of it where a text was cut. Knows no run.
 */
import { limits, secretMask } from "@runfleet/model";
import type { ActionLog } from "./action.js";
import { noDebug } from "./worker-log.js";

export interface Redactor {
  /** False when there is nothing to look for, so that everything stays as it is. */
  readonly masks: boolean;
  text(text: string): string;
  /** The same for every text in plain data, names of members included. A number that is a secret becomes the mask. */
  value<T>(value: T): T;
  /** The same for a text that is JSON, and stays JSON. Throws when it is none. */
  json(text: string): string;
  /** For one stream of bytes. */
  stream(): StreamRedactor;
  log(log: ActionLog): ActionLog;
}

export interface StreamRedactor {
  /** What may be shown of this chunk and those before; an end that could be the beginning of a secret is kept back. */
  push(chunk: Buffer): Buffer;
  /** What was kept back. */
  end(): Buffer;
}

/** Longer secrets are masked where they stand whole, or a whole line of them does, not where they were cut. */
const cutCharsMax = 8_192;
/** What lies deeper is left out: a log line may hold objects that contain themselves. */
const depthMax = 100;
/** A value of this many words at most, such as `Bearer` and a token, is also known by each long word of it. */
const wordsMax = 4;
/** A word so long is hardly anything else. */
const wordCharsMin = 12;
/** What an excerpt may end with after the cut. */
const ellipsis = /[\s…]*$/u;
const nothing = Buffer.alloc(0);

/** `secrets`: values by name. Without one that is long enough everything stays as it is. */
export function createRedactor(secrets: Readonly<Record<string, string>> = {}): Redactor {
  const sought = soughtTexts(Object.values(secrets));
  const own: Redactor = {
    masks: sought.length > 0,
    text: (text) => (sought.length === 0 ? text : withoutCut(withoutWhole(text, sought), sought)),
    value: (value) => (sought.length === 0 ? value : (inEveryText(value, own.text) as typeof value)),
    json: (text) => (sought.length === 0 ? text : JSON.stringify(own.value(JSON.parse(text)))),
    stream: () => (sought.length === 0 ? unchanged : createStream(sought)),
    log: (log) => (sought.length === 0 ? log : redactedLog(log, own)),
  };
  return own;
}

/** Longest first, so that a value goes before the lines of it. */
function soughtTexts(values: readonly string[]): readonly string[] {
  const parts = values.flatMap((value) => [value, ...linesOf(value), ...longWordsOf(value)]);
  const long = parts.filter(({ length }) => length >= limits.secretSoughtCharsMin);
  const forms = long.flatMap((text) => [...inJson(text), ...inAddress(text), ...inBase64(text)]);
  return [...new Set(forms)].sort((left, right) => right.length - left.length);
}

function linesOf(value: string): string[] {
  return value.split(/\r?\n/).map((line) => line.trim());
}

function longWordsOf(value: string): string[] {
  const words = value.trim().split(/\s+/);
  return words.length > wordsMax ? [] : words.filter(({ length }) => length >= wordCharsMin);
}

/** As it is, in JSON, in JSON that is a text in JSON, and once more. */
function inJson(text: string): string[] {
  const escaped = (inner: string): string => JSON.stringify(inner).slice(1, -1);
  return [text, escaped(text), escaped(escaped(text)), escaped(escaped(escaped(text)))];
}

/** Half of a pair of UTF-16 cannot be encoded for an address. */
function inAddress(text: string): string[] {
  return /\p{Surrogate}/u.test(text) ? [] : [encodeURIComponent(text)];
}

/** Alone, and of what stands behind other bytes, such as `user:` in front of a password, the part they do not change. */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text, "utf8");
  const alone = bytes.toString("base64");
  const behind = [0, 1, 2].map((before) => {
    const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return base64.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const forms = [alone, alone.replace(/=+$/, ""), ...behind];
  return [...forms, ...forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
}

function withoutWhole(text: string, sought: readonly string[]): string {
  return sought.reduce((left, secret) => left.replaceAll(secret, secretMask), text);
}

/** An excerpt may begin or end inside a secret. */
function withoutCut(text: string, sought: readonly string[]): string {
  const end = ellipsis.exec(text)?.[0] ?? "";
  let kept = text.slice(0, text.length - end.length);
  for (const secret of sought) {
    for (const length of cutLengths(secret, kept)) {
      if (kept.endsWith(secret.slice(0, length))) kept = kept.slice(0, -length) + secretMask;
      if (kept.startsWith(secret.slice(-length))) kept = secretMask + kept.slice(length);
    }
  }
  return kept + end;
}

function* cutLengths(secret: string, text: string): Generator<number> {
  const longest = Math.min(secret.length - 1, text.length);
  if (secret.length > cutCharsMax) return;
  for (let length = longest; length >= limits.secretSoughtCharsMin; length -= 1) yield length;
}

/** Errors become their text, other objects what their JSON would be. */
function inEveryText(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === "string") return change(value);
  if (typeof value === "number" || typeof value === "bigint")
    return change(String(value)) === String(value) ? value : secretMask;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= depthMax) return secretMask;
  if (value instanceof Error) return change(value.stack ?? value.message);
  const deeper = (member: unknown): unknown => inEveryText(member, change, depth + 1);
  if (Array.isArray(value)) return value.map(deeper);
  if ("toJSON" in value && typeof value.toJSON === "function") return deeper(value.toJSON());
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [change(name), deeper(member)]));
}

const unchanged: StreamRedactor = { push: (chunk) => chunk, end: () => nothing };

/** Bytes as latin1 characters: a secret may be cut inside a character by the edge of a chunk. */
function createStream(sought: readonly string[]): StreamRedactor {
  const secrets = sought.map((text) => Buffer.from(text, "utf8").toString("latin1"));
  const keptBack = Math.max(...secrets.map(({ length }) => length)) - 1;
  let pending = "";
  return {
    push(chunk) {
      pending = withoutWhole(pending + chunk.toString("latin1"), secrets);
      const told = pending.slice(0, Math.max(0, pending.length - keptBack));
      pending = pending.slice(told.length);
      return Buffer.from(told, "latin1");
    },
    end() {
      const told = pending;
      pending = "";
      return Buffer.from(told, "latin1");
    },
  };
}

function redactedLog(log: ActionLog, { text, value }: Redactor): ActionLog {
  return {
    debug: log.debug === noDebug ? noDebug : (message, fields) => log.debug(text(message), value(fields)),
    info: (message, fields) => log.info(text(message), value(fields)),
    warn: (message, fields) => log.warn(text(message), value(fields)),
    error: (message, fields) => log.error(text(message), value(fields)),
  };
}
