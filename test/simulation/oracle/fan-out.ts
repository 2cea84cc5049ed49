/** `foreach` in the oracle: a window over a list, where whoever ends makes room for the next. */
import type { Failure, ForeachNode, Item, StepEnd, StepRecord } from "@runfleet/model";
import { iterationOf } from "@runfleet/model";
import type { ItemList } from "./answers.js";
import { first } from "./clock.js";
import { cancelled, type End, type Machine, type Place } from "./machine.js";
import { filledAll, jsonOf } from "./memory.js";

type ItemStatus = "pending" | "running" | "completed" | "failed" | "skipped" | "cancelled";

interface Row extends Item {
  status: ItemStatus;
  output?: string | undefined;
}

interface FanOut extends Place {
  readonly machine: Machine;
  readonly node: ForeachNode;
  readonly ordinal: number;
  readonly startedAt: number;
  readonly rows: Row[];
  /** Item id → ids it waits for. */
  readonly waitsFor: ReadonlyMap<string, readonly string[]>;
  readonly inFlight: Map<Row, { ended: Promise<Row>; cancel(reason: string): void }>;
}

export async function foreach(machine: Machine, place: Place, node: ForeachNode): Promise<End> {
  const { clock, log, memory, program } = machine;
  const { at, stop } = place;
  const ordinal = memory.takeOrdinal();
  const base = { ...place, machine, node, ordinal, startedAt: clock.now(), inFlight: new Map() };
  const empty: FanOut = { ...base, rows: [], waitsFor: new Map() };
  log.note({ type: "step.started", kind: "foreach", address: at, name: node.name, attempt: 1 });
  if (program.run.depth >= 5) return fail(empty, { code: "depth_limit", message: "" }, "fatal");
  log.ask({
    type: "collectItems",
    address: at,
    filter: node.filter,
    ...(node.scope && { scope: node.scope }),
    ...sourceOf(machine, node),
  });
  log.record(entry(empty, "running"));
  const { afterMs, result } = program.answers.items(at);
  const what = await first({ list: clock.until(clock.now() + afterMs), stop: stop.requested });
  if (what === "stop") {
    log.ask({ type: "abortAttempt", address: at, attempt: 1, reason: "cancelled" });
    return stopped(empty);
  }
  if ("error" in result) return fail(empty, result.error, "fatal");
  const fanOut = { ...base, ...listed(result, node) };
  if (node.onCycle === "fail" && hasCycle(fanOut))
    return fail(empty, { code: "items_failed", message: "" }, "fatal");
  log.note({ type: "fanout.collected", address: at, count: fanOut.rows.length });
  return runItems(fanOut);
}

/** The first item of each id; who waits for whom counts only for `ordered`. */
function listed(
  { items, dependencies }: ItemList,
  { ordered }: ForeachNode,
): Pick<FanOut, "rows" | "waitsFor"> {
  const rows: Row[] = [];
  for (const item of items)
    if (!rows.some(({ id }) => id === item.id)) rows.push({ ...item, status: "pending" });
  const waitsFor = new Map<string, string[]>();
  for (const [blocker, dependent] of ordered ? dependencies : []) {
    if (!rows.some(({ id }) => id === dependent)) continue;
    waitsFor.set(dependent, [...(waitsFor.get(dependent) ?? []), blocker]);
  }
  return { rows, waitsFor };
}

/** Taking away whoever waits for nobody that is left leaves the cycles. */
function hasCycle({ rows, waitsFor }: Pick<FanOut, "rows" | "waitsFor">): boolean {
  let left = rows.map(({ id }) => id);
  for (;;) {
    const waiting = left.filter((id) => waitsFor.get(id)?.some((blocker) => left.includes(blocker)));
    if (waiting.length === left.length) return left.length > 0;
    left = waiting;
  }
}

async function runItems(fanOut: FanOut): Promise<End> {
  const { machine, node, stop, inFlight } = fanOut;
  const { clock } = machine;
  let giveUp: Promise<void> | undefined;
  let isStopping = false;
  const halt = (reason: string) => {
    giveUp ??= clock.until(clock.now() + 60_000);
    for (const { cancel } of inFlight.values()) cancel(reason);
  };
  for (;;) {
    if (giveUp === undefined) fillWindow(fanOut);
    record(fanOut);
    if (inFlight.size === 0) break;
    const ended = Promise.race([...inFlight.values()].map((child) => child.ended));
    const what = await first({
      ended,
      ...(!isStopping && { stop: stop.requested }),
      ...(giveUp && { giveUp }),
    });
    if (what === "giveUp") break;
    if (what === "stop") {
      isStopping = true;
      if (giveUp === undefined) halt(stop.reason ?? "");
      continue;
    }
    const row = await ended;
    takeEnd(fanOut, row, giveUp === undefined ? "running" : "halting");
    if (row.status === "failed" && node.onChildFail === "halt" && giveUp === undefined)
      halt("an item failed");
  }
  inFlight.clear();
  return isStopping ? stopped(fanOut) : ended(fanOut, giveUp === undefined ? "ran out" : "halted");
}

function fillWindow(fanOut: FanOut): void {
  const { rows, waitsFor, node, inFlight } = fanOut;
  const isDone = (id: string) =>
    !["pending", "running", undefined].includes(rows.find((row) => row.id === id)?.status);
  while (inFlight.size < Math.max(1, node.maxParallel)) {
    const next = rows.find(
      ({ id, status }) => status === "pending" && (waitsFor.get(id) ?? []).every(isDone),
    );
    if (next === undefined) return;
    start(fanOut, next);
  }
}

function start({ machine, at, node, inFlight }: FanOut, row: Row): void {
  const { clock, log, memory, program } = machine;
  const childId = `${at}:1:${row.id}`;
  row.status = "running";
  const own = Object.fromEntries(Object.entries(row.context).map(([key, value]) => [`item.${key}`, value]));
  const item = { ...own, "item.id": row.id, "item.ref": row.ref };
  const inputs = { ...filledAll(node.inputs, { ...memory.variables(), ...item }, "keep"), ...item };
  const { identity } = program.run;
  log.ask({
    type: "startChild",
    childId,
    address: at,
    workflow: node.workflow,
    inputs,
    ...(identity && { identity }),
  });
  log.note({ type: "fanout.item_started", address: at, itemId: row.id, childRunId: childId });
  const { afterMs, stopsAfterMs, result } = program.answers.child(childId);
  let end: () => void = () => {};
  let isOver = false;
  const ended = new Promise<Row>((resolve) => {
    end = () => resolve(row);
  });
  const endAs = (status: "completed" | "failed" | "cancelled") => {
    if (isOver) return;
    isOver = true;
    row.output = result.output;
    row.status = status;
    end();
  };
  void clock.until(clock.now() + afterMs).then(() => endAs(result.status));
  inFlight.set(row, {
    ended,
    cancel(reason) {
      log.ask({ type: "cancelChild", childId, reason });
      if (stopsAfterMs !== undefined)
        void clock.until(clock.now() + stopsAfterMs).then(() => endAs("cancelled"));
    },
  });
}

/** A child that was stopped by somebody else has failed; one that was stopped from here has not. */
function takeEnd(fanOut: FanOut, row: Row, phase: "running" | "halting"): void {
  const { machine, at, node, inFlight } = fanOut;
  inFlight.delete(row);
  if (row.status === "cancelled" && phase === "running") row.status = "failed";
  machine.memory.spend(machine.program.answers.child(`${at}:1:${row.id}`).result.totals);
  machine.log.note({ type: "fanout.item_ended", address: at, itemId: row.id, status: row.status });
  if (row.status === "failed" && node.onChildFail === "skip_dependents") skipDependents(fanOut, row.id);
}

function skipDependents(fanOut: FanOut, failed: string): void {
  const { rows, waitsFor, machine, at } = fanOut;
  const lost = new Set([failed]);
  for (let before = 0; before !== lost.size; ) {
    before = lost.size;
    for (const [id, blockers] of waitsFor) if (blockers.some((blocker) => lost.has(blocker))) lost.add(id);
  }
  for (const row of rows) {
    if (row.status !== "pending" || !lost.has(row.id)) continue;
    row.status = "skipped";
    machine.log.note({ type: "fanout.item_ended", address: at, itemId: row.id, status: "skipped" });
  }
}

function ended(fanOut: FanOut, how: "ran out" | "halted"): End {
  const { machine, at, node, ordinal } = fanOut;
  const { memory, log } = machine;
  const { completed, failed, skipped, total } = progressOf(fanOut);
  const isStalled = how === "ran out" && completed + failed + skipped < total;
  const isForgiven = node.onChildFail === "continue" && completed > 0;
  const context = contextOf(fanOut);
  const output = outputOf(fanOut);
  if (failed > 0 && !isStalled && !isForgiven) {
    return fail(fanOut, { code: "items_failed", message: "" }, "ordinary", { context, output });
  }
  const markers = isStalled ? ["foreach_stalled"] : [];
  log.note({ type: "step.completed", markers, address: at, name: node.name, attempt: 1 });
  log.record({ ...entry(fanOut, "completed"), markers, context, output });
  memory.find({ step: node.name, iteration: iterationOf(at), markers, context, output });
  memory.setResult(node.name, { status: "completed", markers, context, ordinal, output });
  memory.endStep(node.name, "completed", ordinal);
  return { type: "completed", markers };
}

function fail(
  fanOut: FanOut,
  error: Failure,
  fatal: "fatal" | "ordinary",
  more: { context?: string; output?: string } = {},
): End {
  const { machine, at, node, ordinal } = fanOut;
  machine.log.note({ type: "step.failed", error, address: at, name: node.name, attempt: 1 });
  machine.log.record({ ...entry(fanOut, "failed"), error, ...more });
  return leave(
    fanOut,
    { status: "failed", ordinal, error },
    { type: "failed", error, fatal: fatal === "fatal" },
  );
}

function stopped(fanOut: FanOut): End {
  const { machine, at, node, stop, ordinal } = fanOut;
  machine.log.note({
    type: "step.cancelled",
    reason: stop.reason ?? "",
    address: at,
    name: node.name,
    attempt: 1,
  });
  machine.log.record({ ...entry(fanOut, "cancelled"), context: contextOf(fanOut) });
  return leave(fanOut, { status: "cancelled", ordinal }, cancelled);
}

function leave(
  fanOut: FanOut,
  result: { status: StepEnd["status"]; ordinal: number; error?: Failure },
  end: End,
): End {
  const { machine, node } = fanOut;
  machine.memory.setEmptyResult(node.name, result);
  machine.memory.endStep(node.name, result.status, result.ordinal);
  return end;
}

function record(fanOut: FanOut): void {
  if (fanOut.inFlight.size > 0) fanOut.machine.log.record(entry(fanOut, "running"));
}

function entry(fanOut: FanOut, status: StepRecord["status"]): Omit<StepRecord, "iteration" | "markers"> {
  const { at, node, ordinal, startedAt } = fanOut;
  const progress = { ...progressOf(fanOut), running: fanOut.inFlight.size };
  return { address: at, name: node.name, kind: "foreach", status, attempt: 1, ordinal, startedAt, progress };
}

function progressOf({ rows }: FanOut) {
  const count = (status: ItemStatus) => rows.filter((row) => row.status === status).length;
  return {
    total: rows.length,
    completed: count("completed"),
    failed: count("failed"),
    skipped: count("skipped"),
  };
}

function contextOf(fanOut: FanOut): string {
  const { total, completed, failed, skipped } = progressOf(fanOut);
  const { name, over } = fanOut.node;
  return `foreach ${name}: ${completed} completed, ${failed} failed, ${skipped} skipped of ${total} ${over}`;
}

function outputOf({ rows }: FanOut): string {
  const over = rows.filter(({ status }) => status !== "pending" && status !== "running");
  const items = over
    .sort((left, right) => left.id.localeCompare(right.id))
    .map(({ id, status, output }) => {
      return { item_id: id, status, output: jsonOf(output ?? "") ?? null };
    });
  return JSON.stringify({ items });
}

function sourceOf({ memory }: Machine, { filter }: ForeachNode): { source?: string } {
  const { from } = filter;
  if (from === undefined) return {};
  const [step = "", field = ""] = from.split(".");
  const value = memory.inputs()[from] ?? memory.outputMember(step, field);
  if (value === undefined) return {};
  return { source: typeof value === "string" ? value : JSON.stringify(value) };
}
