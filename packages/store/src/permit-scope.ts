/**
 * What limits count together, as text: a workflow, or a workflow, a slash and a key. Keys are escaped so that no part
 * of a member of the lists has a space, and no key looks like a workflow.
 */
import {
  type Granting,
  type LimitChange,
  type LimitScope,
  limits,
  type NewRun,
  type OutboxEntry,
  type Rate,
  RunfleetError,
  type RunWait,
} from "@runfleet/model";

/** What definitions may be called. */
const workflowPattern = /^[A-Za-z_][A-Za-z0-9_-]*$/;

export function scopeText({ workflow, key }: LimitScope): string {
  // Lone surrogates have no UTF-8; a buffer replaces them.
  return key === undefined ? workflow : `${workflow}/${encodeURIComponent(Buffer.from(key).toString())}`;
}

export function toScope(text: string): LimitScope {
  const slash = text.indexOf("/");
  if (slash < 0) return { workflow: text };
  return { workflow: text.slice(0, slash), key: decodeURIComponent(text.slice(slash + 1)) };
}

/** What a run wants, as `create_run` takes it; empty = nothing. */
export function permitsText({ workflow, concurrency, priority = 0 }: NewRun): string {
  if (concurrency === undefined) return "";
  const { key, limit, total } = concurrency;
  const order = String(priority).padStart(7, "0");
  if (key === undefined) return `- - ${limit} ${order}`;
  return `${scopeText({ workflow, key })} ${limit} ${total ?? "-"} ${order}`;
}

export interface RateValues {
  readonly rateScope: string;
  readonly rateEveryMs: string;
  readonly rateBurst: number;
}

export function rateValues({ workflow, rate }: NewRun): RateValues {
  if (rate === undefined) return { rateScope: workflow, rateEveryMs: "", rateBurst: 1 };
  const scope = rate.key === undefined ? { workflow } : { workflow, key: rate.key };
  return { rateScope: scopeText(scope), rateEveryMs: everyMs(rate), rateBurst: rate.burst ?? 1 };
}

/** To a thousandth of a millisecond: times in milliseconds have no more digits left in a double. */
function everyMs({ limit, perMs }: Pick<Rate, "limit" | "perMs">): string {
  return Math.max(0.001, perMs / limit).toFixed(3);
}

/** What is set for a workflow, as text; its rate also as it was given. */
export function limitSetText({ total, perKey, rate }: LimitChange): string {
  const spacing =
    rate === undefined ? "- -" : `${everyMs(rate)} ${rate.burst ?? 1} ${rate.limit} ${rate.perMs}`;
  return `${total ?? "-"} ${perKey ?? "-"} ${spacing}`;
}

export function toLimitChange(workflow: string, text: string): LimitChange {
  const [total = "-", perKey = "-", , burst = "-", limit = "-", perMs = "-"] = text.split(" ");
  return {
    workflow,
    ...(total === "-" ? {} : { total: Number(total) }),
    ...(perKey === "-" ? {} : { perKey: Number(perKey) }),
    ...(burst === "-" ? {} : { rate: { limit: Number(limit), perMs: Number(perMs), burst: Number(burst) } }),
  };
}

/** Wakes a run that was let in; the scripts write the same. */
export function permitEntry(runId: string, pool: string): OutboxEntry {
  return { id: `permit:${runId}`, runId, type: "wake", targetId: runId, pool };
}

/** From ids and pools (JSON) in turn. */
export function toGranting(flat: readonly string[]): Granting {
  const entries = flat.flatMap((runId, index) =>
    index % 2 === 1 ? [] : [permitEntry(runId, JSON.parse(flat[index + 1] as string) as string)],
  );
  return grantingOf(entries);
}

export function grantingOf(entries: readonly OutboxEntry[]): Granting {
  return entries.length === 0 ? {} : { granted: entries };
}

/** From a run's entry among those that wait: `<scope> <order> …`; an order ends with the time. */
export function toLimitWait(waits: string): RunWait {
  const [scope = "", order = ""] = waits.split(" ");
  return { type: "limit", ...toScope(scope), since: Number(order.slice(-15)) };
}

/** Throws `too_large` for the value of a key, `invalid_usage` for a workflow that cannot be a scope. */
export function checkLimits(run: NewRun): void {
  if (run.concurrency === undefined && run.rate === undefined) return;
  if (!workflowPattern.test(run.workflow)) {
    throw new RunfleetError(
      "invalid_usage",
      `the workflow ${JSON.stringify(run.workflow)} cannot be limited`,
    );
  }
  for (const key of [run.concurrency?.key, run.rate?.key]) {
    const bytes = Buffer.byteLength(key ?? "");
    if (bytes <= limits.limitKeyBytesMax) continue;
    const what = `the key of a limit of ${run.workflow}`;
    const message = `${what} has ${bytes} bytes; at most ${limits.limitKeyBytesMax} are allowed`;
    throw new RunfleetError("too_large", message, {
      details: { limit: "limitKeyBytesMax", max: limits.limitKeyBytesMax, actual: bytes },
    });
  }
}
