/**
 * A run's hash, read back. Fields: `info` (JSON of what never changes), `digest`, `workflow`, `pool` (JSON text), `row`;
 * `status`, `generation`, `nonce`, `owner`, `tookOver`, `heartbeatAt`, `recoveries`, `revision`; `blockedOn`, `totals`,
 * `error` (JSON), `summary`; `cancelReason`, `cancelBy`, `cancelAt`; `createdAt`, `startedAt`, `endedAt`; `inboxSeen`,
 * `commits` (the newest commit ids, each with a space on both sides). Absent = not so. Writes nothing; the scripts do.
 */
import type {
  BlockedOn,
  CancelRequest,
  Failure,
  NewRun,
  RunInfo,
  RunRecord,
  RunStatus,
  Totals,
} from "@runfleet/model";

type Fields = Readonly<Record<string, string>>;

/** Nothing when the hash is empty: there is no such run. */
export function toRunRecord(fields: Fields): RunRecord | undefined {
  const { info, status, totals } = fields as Record<string, string | undefined>;
  if (info === undefined || status === undefined || totals === undefined) return undefined;
  return {
    ...(JSON.parse(info) as RunInfo),
    status: status as RunStatus,
    generation: Number(fields["generation"]),
    recoveries: Number(fields["recoveries"]),
    blockedOn: JSON.parse(fields["blockedOn"] ?? "[]") as BlockedOn[],
    totals: JSON.parse(totals) as Totals,
    ...optional("owner", fields["owner"]),
    ...optional("ownerToken", fields["owner"] === undefined ? undefined : fields["nonce"]),
    ...optional("summary", fields["summary"]),
    ...optional("error", fields["error"], (text) => JSON.parse(text) as Failure),
    ...optional("heartbeatAt", fields["heartbeatAt"], Number),
    ...optional("startedAt", fields["startedAt"], Number),
    ...optional("endedAt", fields["endedAt"], Number),
    ...optional("cancel", toCancelRequest([fields["cancelReason"], fields["cancelBy"], fields["cancelAt"]])),
  };
}

/** From reason, by, at. */
export function toCancelRequest(values: readonly unknown[]): CancelRequest | undefined {
  const [reason, by, at] = values as readonly (string | undefined)[];
  if (reason === undefined || by === undefined || at === undefined) return undefined;
  return { reason, by, at: Number(at) };
}

/** The lasting part of a new run. */
export function toRunInfo(run: NewRun): RunInfo {
  const { idempotencyKey: _key, delayMs: _delay, confirms: _confirms, ...info } = run;
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

/** `{ [name]: value }`, or nothing: an optional member is absent, never undefined. */
function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [key in Name]?: Value };
function optional<Name extends string, Text, Value>(
  name: Name,
  value: Text | undefined,
  read: (value: Text) => Value,
): { readonly [key in Name]?: Value };
function optional(name: string, value: unknown, read: (value: never) => unknown = (same) => same): object {
  return value === undefined ? {} : { [name]: read(value as never) };
}
