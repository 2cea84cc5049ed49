/** Permits and rates in memory: who may be worked on, who waits in line. Same rules as the scripts, scope by scope. */
import {
  delayMsMax,
  type Granting,
  type LimitWrites,
  limits,
  type NewRun,
  type OutboxEntry,
} from "@runfleet/model";
import { pageOf, pageRows } from "../page.js";
import {
  grantingOf,
  limitSetText,
  permitEntry,
  permitsText,
  rateValues,
  scopeText,
  toLimitChange,
  toScope,
} from "../permit-scope.js";
import { addToOutbox, type MemoryState, type StoredRun } from "./memory-state.js";
import type { Asker, Waiting } from "./permit-state.js";

const letInMax = 20;

function countHeld({ permits }: MemoryState, scope: string): number {
  return permits.held.get(scope)?.size ?? 0;
}

function lineOf({ permits }: MemoryState, scope: string): Waiting[] {
  const memberOf = ({ order, id }: Waiting): string => `${order} ${id}`;
  return [...permits.waiters.values()]
    .filter((waiting) => waiting.scope === scope)
    .sort((a, b) => (memberOf(a) < memberOf(b) ? -1 : 1));
}

function setLimitOf({ permits }: MemoryState, scope: string): number | undefined {
  const { workflow, key } = toScope(scope);
  const set = permits.set.get(workflow);
  const change = set === undefined ? undefined : toLimitChange(workflow, set);
  return key === undefined ? change?.total : change?.perKey;
}

function limitOf(state: MemoryState, scope: string): number | undefined {
  return setLimitOf(state, scope) ?? state.permits.declared.get(scope);
}

/** What others declare for the workflow is not about a run that declares nothing for it. */
function limitFor(state: MemoryState, scope: string, { total }: Asker): number | undefined {
  const isTotal = toScope(scope).key === undefined;
  return isTotal && total === "-" ? setLimitOf(state, scope) : limitOf(state, scope);
}

function roomOf(state: MemoryState, scope: string): number {
  return (limitOf(state, scope) ?? Number.POSITIVE_INFINITY) - countHeld(state, scope);
}

function hold({ permits }: MemoryState, scope: string, runId: string): void {
  permits.held.set(scope, (permits.held.get(scope) ?? new Set()).add(runId));
}

function enter(state: MemoryState, scope: string, asker: Asker): boolean {
  if (state.permits.held.get(scope)?.has(asker.id) === true) return true;
  if (limitFor(state, scope, asker) === undefined) return true;
  const goesFirst = asker.order.startsWith("0") || lineOf(state, scope).length === 0;
  if (goesFirst && roomOf(state, scope) > 0) {
    hold(state, scope, asker.id);
    return true;
  }
  state.permits.waiters.set(asker.id, { ...asker, scope });
  return false;
}

function timeOfAsking({ now }: MemoryState): string {
  return String(now()).padStart(15, "0");
}

/** There the run is the newest in line, however long it waited for its key. */
function enterWorkflow(state: MemoryState, scope: string, asker: Asker): boolean {
  const { workflow, key } = toScope(scope);
  if (key === undefined) return true;
  const { declared } = state.permits;
  if (asker.total !== "-" && !declared.has(workflow)) declared.set(workflow, Number(asker.total));
  const order = `${asker.order.slice(0, 8)}${timeOfAsking(state)}`;
  return enter(state, workflow, { ...asker, order });
}

function letIn(state: MemoryState, scope: string): OutboxEntry[] {
  const first = lineOf(state, scope).slice(0, Math.max(0, Math.min(letInMax, roomOf(state, scope))));
  return first.flatMap((waiting) => {
    hold(state, scope, waiting.id);
    const { scope: _left, ...asker } = waiting;
    if (!enterWorkflow(state, scope, asker)) return [];
    state.permits.waiters.delete(waiting.id);
    state.timers.set(waiting.id, state.now());
    const entry = permitEntry(waiting.id, waiting.pool);
    addToOutbox(state, entry);
    return [entry];
  });
}

function forgetUnused(state: MemoryState, scope: string): void {
  if (countHeld(state, scope) === 0 && lineOf(state, scope).length === 0)
    state.permits.declared.delete(scope);
}

function declare(
  state: MemoryState,
  scope: string,
  { limit, isNew }: { limit: string; isNew: boolean },
): OutboxEntry[] {
  const { declared } = state.permits;
  if (limit === "-") return [];
  if (!isNew) {
    if (!declared.has(scope)) declared.set(scope, Number(limit));
    return [];
  }
  if (declared.get(scope) === Number(limit)) return [];
  declared.set(scope, Number(limit));
  return letIn(state, scope);
}

/** `isIn`: the run has every permit it needs, else it is in line. And whom that lets in. */
export function askPermits(
  state: MemoryState,
  run: NewRun,
  { hasBegun, isNew }: { readonly hasBegun: boolean; readonly isNew: boolean },
): { readonly isIn: boolean } & Granting {
  const wanted = permitsText(run);
  const { waiters, set } = state.permits;
  if (wanted === "" && !set.has(run.workflow)) return { isIn: true };
  const [key = "-", perKey = "-", total = "-", priority] = (wanted === "" ? "- - - 0000000" : wanted).split(
    " ",
  );
  const order = `${hasBegun ? "0" : "1"}${priority}${timeOfAsking(state)}`;
  const asker: Asker = { id: run.id, pool: run.pool, order, total };
  const granted = declare(state, key, { limit: perKey, isNew });
  granted.push(...declare(state, run.workflow, { limit: total, isNew }));
  const wasWaiting = waiters.has(run.id);
  if (!wasWaiting && (key === "-" || enter(state, key, asker)) && enter(state, run.workflow, asker))
    return { isIn: true, ...grantingOf(granted) };
  granted.push(...letIn(state, waiters.get(run.id)?.scope ?? ""));
  return { isIn: !waiters.has(run.id), ...grantingOf(granted) };
}

/** Gives back what the run has and leaves the line; answers whom that lets in. */
export function returnPermits(state: MemoryState, { info }: StoredRun): Granting {
  const { waiters, held } = state.permits;
  const waiting = waiters.get(info.id);
  if (waiting !== undefined) {
    waiters.delete(info.id);
    forgetUnused(state, waiting.scope);
  }
  const key = info.concurrency?.key;
  const scopes = key === undefined ? [] : [scopeText({ workflow: info.workflow, key })];
  const granted = [...scopes, info.workflow].flatMap((scope) => {
    if (held.get(scope)?.delete(info.id) !== true) return [];
    const letInNow = letIn(state, scope);
    forgetUnused(state, scope);
    return letInNow;
  });
  return grantingOf(granted);
}

/** How long a start has to wait for its rate; nothing when that is too long. Notes the start unless told not to. */
export function spaceStart(state: MemoryState, run: NewRun): (() => number) | undefined {
  const { rateScope, rateEveryMs, rateBurst } = rateValues(run);
  const set = state.permits.set.get(run.workflow)?.split(" ") ?? [];
  const [every, burst] = set[2] === undefined || set[2] === "-" ? [rateEveryMs, rateBurst] : [set[2], set[3]];
  if (every === "") return () => 0;
  const now = state.now();
  const freeAt = Math.max(now, state.permits.rates.get(rateScope) ?? 0);
  const delayMs = Math.ceil(Math.max(now, freeAt - (Number(burst) - 1) * Number(every)) - now);
  if (delayMs > delayMsMax) return undefined;
  return () => {
    state.permits.rates.set(rateScope, Number((freeAt + Number(every)).toFixed(3)));
    return delayMs;
  };
}

export function memoryLimitWrites(state: MemoryState): LimitWrites {
  const { permits } = state;
  const afterwards = (workflow: string): Granting => {
    const granted = letIn(state, workflow);
    forgetUnused(state, workflow);
    return grantingOf(granted);
  };
  return {
    setLimit: async (change) => {
      const { workflow } = change;
      if (!permits.set.has(workflow) && permits.set.size >= limits.workflowLimitsMax) return { tag: "full" };
      permits.set.set(workflow, limitSetText(change));
      return { tag: "set", ...afterwards(workflow) };
    },
    removeLimit: async (workflow) => {
      const tag = permits.set.delete(workflow) ? "removed" : "not_set";
      return { tag, ...afterwards(workflow) };
    },
    letIn: async ({ workflow }) => {
      const scopes = new Set([...permits.waiters.values()].map(({ scope }) => scope));
      const own = [...scopes].filter((scope) => toScope(scope).workflow === workflow).sort();
      const granted = own.flatMap((scope) => letIn(state, scope));
      return granted.length === 0 ? {} : { granted, next: "again" };
    },
    listSetLimits: async () =>
      [...permits.set]
        .map(([workflow, text]) => toLimitChange(workflow, text))
        .sort((a, b) => (a.workflow < b.workflow ? -1 : 1)),
    listScopes: async ({ limit, cursor = "" }) => {
      const lines = [...permits.waiters.values()].map(({ scope }) => scope);
      const used = [...permits.held].flatMap(([scope, runs]) => (runs.size === 0 ? [] : [scope]));
      const scopes = [...new Set([...used, ...lines])].filter((scope) => scope > cursor).sort();
      const page = pageOf(scopes, { limit: pageRows(limit), cursorOf: (scope) => scope });
      return {
        ...page,
        rows: page.rows.map((scope) => ({ ...useOf(state, scope), waiting: lineOf(state, scope).length })),
      };
    },
    permitWait: async (runId) => {
      const waiting = permits.waiters.get(runId);
      if (waiting === undefined) return undefined;
      const { scope } = waiting;
      const holders = [...(permits.held.get(scope) ?? [])].sort().slice(0, 2);
      const before = lineOf(state, scope).findIndex(({ id }) => id === runId);
      return { ...useOf(state, scope), holders, before };
    },
  };
}

function useOf(state: MemoryState, scope: string) {
  const limit = limitOf(state, scope);
  return { ...toScope(scope), held: countHeld(state, scope), ...(limit === undefined ? {} : { limit }) };
}
