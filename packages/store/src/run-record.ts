/**
 * A run's record as it lies in Redis, and back; the one place that knows the form. Its short values are fields of the run's
 * hash: `digest`, `workflow`, `definition`, `pool` (JSON text; absent = `default`), `row`, `permits`, `status`, `generation`, `nonce`, `owner` (JSON
 * text), `tookOver`, `heartbeatAt`, `recoveries`, `totals`, `cancelReason`, `cancelBy`, `cancelAt`, `readyAt`,
 * `startedAt`, `endedAt`, `inboxSeen`, `stepsEnd` (ordinal after the last step's), `gates` (`<since>/<address>` of the open ones),
 * `gatesAway` (those of a run that no worker could continue, which a retry opens again; what they ask lies with the answers),
 * `wakeAt` (when a parked run goes on by itself), `patience`, `commits` (the newest commit ids, each with a space on both
 * sides), `root` (of a child), `keptBytes` (of a failed run, with what it was counted after its end), `item <foreach>` (who got the run as an
 * item). Its texts (`recordTexts`), the parts of the state, and `s:<ordinal>#<attempt>` (steps that are open) lie there as
 * well while they are short, else in a hash beside it: see `parts.lua`. Absent = not so, or 0. Writes nothing; the scripts do.
 */
import {
  type CancelRequest,
  defaultPool,
  type Failure,
  type NewRun,
  type RunInfo,
  type RunRecord,
  type RunStatus,
  type RunWait,
  type SealedInputs,
  type Totals,
  zeroTotals,
} from "@runfleet/model";

type Fields = Readonly<Record<string, string>>;

/** Long values: JSON of what never changes, of what the run waits for, of its error; and its summary. */
export const recordTexts = ["info", "blockedOn", "error", "summary"] as const;
export type RecordTexts = { readonly [name in (typeof recordTexts)[number]]?: string };

/** In the making. Members are set one by one: objects made of others by spreading cost V8 a hidden class each. */
type Draft<T> = { -readonly [Name in keyof T]: T[Name] };

/** Nothing when there is no such run. */
export function toRunRecord(fields: Fields, texts: RecordTexts): RunRecord | undefined {
  const { row, status, definition, owner } = fields as Record<string, string | undefined>;
  if (row === undefined || status === undefined || definition === undefined) return undefined;
  const run = readInfo(texts.info ?? "{}", { fields, row, definition }) as Draft<RunRecord>;
  run.status = status as RunStatus;
  run.generation = Number(fields["generation"]);
  run.recoveries = Number(fields["recoveries"] ?? 0);
  run.blockedOn = texts.blockedOn === undefined ? [] : (JSON.parse(texts.blockedOn) as RunWait[]);
  run.totals = readTotals(fields["totals"] ?? "");
  if (owner !== undefined) {
    run.owner = JSON.parse(owner) as string;
    run.ownerToken = fields["nonce"] as string;
  }
  if (texts.summary !== undefined) run.summary = texts.summary;
  if (texts.error !== undefined) run.error = JSON.parse(texts.error) as Failure;
  for (const name of recordTimes) if (fields[name] !== undefined) run[name] = Number(fields[name]);
  const cancel = toCancelRequest([fields["cancelReason"], fields["cancelBy"], fields["cancelAt"]]);
  if (cancel !== undefined) run.cancel = cancel;
  return run;
}

const recordTimes = ["heartbeatAt", "readyAt", "startedAt", "endedAt"] as const satisfies (keyof RunRecord)[];

/** The parts of the state, from the run's hash and the one beside it. */
export function toParts(fields: Fields, beside: Fields): Record<string, string> {
  const parts: Record<string, string> = {};
  for (const name in fields) if (isPartOfRun(name)) parts[name] = fields[name] as string;
  for (const name in beside) if (isPartBeside(name)) parts[name] = beside[name] as string;
  return parts;
}

/** Among the record's own fields. Open steps (`s:`) lie beside the parts. */
function isPartOfRun(name: string): boolean {
  return name === "core" || (name[1] === ":" && name[0] !== "s");
}

/** Parts with any name lie there, open steps and the record's texts. */
function isPartBeside(name: string): boolean {
  return !name.startsWith("s:") && !(recordTexts as readonly string[]).includes(name);
}

/** The texts of the record, from the same two. */
export function toTexts(fields: Fields, beside: Fields): RecordTexts {
  const texts: Draft<RecordTexts> = {};
  for (const name of recordTexts) {
    const text = fields[name] ?? beside[name];
    if (text !== undefined) texts[name] = text;
  }
  return texts;
}

/** What lies beside the run's hash of its texts, in the order of `recordTexts`, as Redis answers it. */
export function textFields(values: readonly (string | null)[]): Fields {
  return Object.fromEntries(
    recordTexts.flatMap((name, index) => (values[index] == null ? [] : [[name, values[index]]])),
  );
}

/** What most runs have and `info` leaves out. Part of the form: a new default elsewhere changes nothing here. */
const usual = {
  inputs: {},
  depth: 0,
  dryRun: false,
  failFast: true,
  stepTimeoutMs: 43_200_000,
  pluginDirs: [],
  triggeredByHook: false,
} as const satisfies Partial<RunInfo>;

/** `info`: without what is usual, without what the run's hash holds, and with the values of secret inputs, sealed; mostly empty. */
export function infoText(run: RunInfo, sealed?: SealedInputs): string {
  const {
    id,
    workflow: _workflow,
    definitionHash: _hash,
    pool: _pool,
    createdAt: _at,
    rootId,
    secretInputs: _names,
    traceparent,
    ...unsealed
  } = run;
  const trace = traceparent === undefined ? {} : { trace: traceText(traceparent) };
  const rest = { ...unsealed, ...trace, ...(sealed === undefined ? {} : { sealed }) };
  const own = Object.entries(rest).filter(
    ([name, value]) => !isSame(value, (usual as Readonly<Record<string, unknown>>)[name]),
  );
  if (own.length === 0 && rootId === id) return "";
  return JSON.stringify({ ...Object.fromEntries(own), ...(rootId === id ? {} : { rootId }) });
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  return typeof one === "object" && JSON.stringify(one) === JSON.stringify(other);
}

/** A hash in hex as base64 with a sign in front, two thirds as long; anything else as it is. */
export function definitionText(hash: string): string {
  return /^[0-9a-f]{64}$/.test(hash) ? `=${Buffer.from(hash, "hex").toString("base64url")}` : hash;
}

function readDefinition(text: string): string {
  return text.startsWith("=") ? Buffer.from(text.slice(1), "base64url").toString("hex") : text;
}

/**
 * `traceparent` of version 00 as base64, with it a run that has nothing else to say stays below the 64 bytes at which its hash
 * would lose the small form (record 20); anything else as it is.
 */
function traceText(traceparent: string): string {
  if (!/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent)) return traceparent;
  return Buffer.from(traceparent.slice(3).replaceAll("-", ""), "hex").toString("base64url");
}

function readTrace(text: string): string {
  if (text.length !== traceTextChars) return text;
  const hex = Buffer.from(text, "base64url").toString("hex");
  return `00-${hex.slice(0, 32)}-${hex.slice(32, 48)}-${hex.slice(48)}`;
}

/** Of 25 bytes in base64. */
const traceTextChars = 34;

/** Values of secret inputs come out by `readSealed` alone. */
function readInfo(
  info: string,
  { fields, row, definition }: { readonly fields: Fields; readonly row: string; readonly definition: string },
): Draft<RunInfo> {
  const id = rowRunId(row);
  const run: Draft<RunInfo> = {
    rootId: id,
    ...usual,
    id,
    definitionHash: readDefinition(definition),
    workflow: fields["workflow"] as string,
    pool: fields["pool"] === undefined ? defaultPool : (JSON.parse(fields["pool"]) as string),
    createdAt: Number(row.slice(0, row.indexOf(":"))),
  };
  if (info === "{}") return run;
  const { sealed, trace, ...rest } = JSON.parse(info) as StoredInfo;
  Object.assign(run, rest);
  if (sealed !== undefined) run.secretInputs = Object.keys(sealed);
  if (trace !== undefined) run.traceparent = readTrace(trace);
  return run;
}

type StoredInfo = Omit<Partial<RunInfo>, "traceparent"> & {
  readonly sealed?: SealedInputs;
  readonly trace?: string;
};

/** Values of secret inputs in an `info`; nothing when there are none. */
export function readSealed(info: string | undefined): SealedInputs | undefined {
  // Most runs have none, and every activation asks.
  return info?.includes('"sealed":') === true ? (JSON.parse(info) as StoredInfo).sealed : undefined;
}

/** Totals as numbers with spaces between, in the order of `zeroTotals`; empty while all are 0. */
export function totalsText(totals: Totals): string {
  if (totalNames.every((name) => !totals[name])) return "";
  return totalNames.map((name) => Number(totals[name])).join(" ");
}

function readTotals(text: string): Totals {
  if (text === "") return zeroTotals();
  const numbers = text.split(" ").map(Number);
  const read = Object.fromEntries(totalNames.map((name, index) => [name, numbers[index] ?? 0]));
  return { ...(read as unknown as Totals), hasLlmMetrics: read["hasLlmMetrics"] === 1 };
}

const totalNames = Object.keys(zeroTotals()) as readonly (keyof Totals)[];

/** From reason, by, at. */
export function toCancelRequest(values: readonly unknown[]): CancelRequest | undefined {
  const [reason, by, at] = values as readonly (string | undefined)[];
  if (reason === undefined || by === undefined || at === undefined) return undefined;
  return { reason, by, at: Number(at) };
}

/** The lasting part of a new run. */
export function toRunInfo(run: NewRun): RunInfo {
  const { idempotencyKey: _key, delayMs: _delay, confirms: _confirms, kept: _kept, ...rest } = run;
  const { sealed: _sealed, newestOnly: _newest, withJob: _job, ...info } = rest;
  return info;
}

/** Entry of a run in lists; the order of rows is the order of creation. */
export function runRow(run: { readonly createdAt: number; readonly id: string }): string {
  return `${String(run.createdAt).padStart(15, "0")}:${run.id}`;
}

/** The run's id in a row. */
export function rowRunId(row: string): string {
  return row.slice(row.indexOf(":") + 1);
}

/** Fields and values in turn, as Redis answers them inside a script's reply. */
export function toFields(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2)
    fields[flat[index] as string] = flat[index + 1] as string;
  return fields;
}
