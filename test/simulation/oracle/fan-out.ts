/** `foreach` in the oracle: a window over a list, where whoever ends makes room for the next. */
import type { Failure, ForeachNode, StepEnd, StepRecord, Totals } from "@runfleet/model";
import { addUsage, iterationOf, zeroTotals } from "@runfleet/model";
import { first } from "./clock.js";
import { hasCycle, type ItemStatus, type Listed, listed, outputOf, type Row } from "./items.js";
import { cancelled, type End, type Machine, type Place } from "./machine.js";
import { sourceOf } from "./memory.js";
import { childInputs } from "./secrets.js";

interface FanOut extends Place, Listed {
  readonly machine: Machine;
  readonly node: ForeachNode;
  readonly ordinal: number;
  readonly startedAt: number;
  readonly inFlight: Map<Row, { ended: Promise<Row>; cancel(reason: string): void }>;
  /** What each child that has ended used. */
  readonly used: Totals[];
}

export async function foreach(machine: Machine, place: Place, node: ForeachNode): Promise<End> {
  const { clock, log, memory, program } = machine;
  const { at, stop } = place;
  const ordinal = memory.takeOrdinal();
  const base = { ...place, machine, node, ordinal, startedAt: clock.now(), inFlight: new Map(), used: [] };
  const empty: FanOut = { ...base, rows: [], waitsFor: new Map() };
  log.note({ type: "step.started", kind: "foreach", address: at, name: node.name, attempt: 1 });
  if (program.run.depth >= 5) return fail(empty, { code: "depth_limit", message: "" }, "fatal");
  log.ask({
    type: "collectItems",
    address: at,
    attempt: 1,
    filter: node.filter,
    ...(node.scope && { scope: node.scope }),
    ...sourceOf(memory, node.filter),
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
  const { inputs, ...secret } = childInputs(machine, node.inputs, { ...memory.variables(), ...item });
  const { identity } = program.run;
  log.ask({
    type: "startChild",
    childId,
    address: at,
    workflow: node.workflow,
    inputs: { ...inputs, ...item },
    ...secret,
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
  const { machine, at, node, inFlight, used } = fanOut;
  inFlight.delete(row);
  if (row.status === "cancelled" && phase === "running") row.status = "failed";
  const { totals } = machine.program.answers.child(`${at}:1:${row.id}`).result;
  machine.memory.spend(totals);
  used.push(totals);
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
  const { at, node, ordinal, startedAt, used } = fanOut;
  const progress = { ...progressOf(fanOut), running: fanOut.inFlight.size };
  const { hasLlmMetrics: _flag, ...sum } = used.reduce(addUsage, zeroTotals());
  const usage = used.length > 0 ? { usage: sum } : {};
  return {
    address: at,
    name: node.name,
    kind: "foreach",
    status,
    attempt: 1,
    ordinal,
    startedAt,
    progress,
    ...usage,
  };
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
