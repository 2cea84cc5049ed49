/**
 * The oracle: a second, naive implementation of the language to compare the engine with. An interpreter with `await`
 * on a virtual clock, whose position is the call stack. Shares the model and the pause before a retry with the engine,
 * nothing else. What it leaves out, and why, is in README.md beside it.
 */
import type { LoopNode, Node, ParallelNode } from "@runfleet/model";
import { agentKey, alwaysAddress, bodyAddress, childAddress, iterationAddress } from "@runfleet/model";
import { start } from "../../support/engine/world.js";
import { type Clock, createClock, createStop } from "./clock.js";
import { foreach } from "./fan-out.js";
import type { Account } from "./lines.js";
import { cancelled, completed, createLog, type End, type Log, type Machine, type Place } from "./machine.js";
import { createMemory } from "./memory.js";
import type { Program } from "./programs.js";
import { retried } from "./steps.js";
import { gate, sleep } from "./waits.js";

export function interpret(program: Program): Promise<Account> {
  const clock = createClock(start);
  return clock.run(async () => {
    const log = createLog(clock);
    const memory = createMemory(program);
    const signal = mailbox(program, clock, log);
    const machine: Machine = { program, clock, memory, log, doubts: new Map(), signal };
    const status = await wholeRun(machine);
    return {
      status,
      endedAt: clock.now(),
      asked: log.asked(),
      timeline: log.timeline(),
      records: log.records(),
      remembered: memory.lines(),
      handedOn: memory.handedOn(),
    };
  });
}

/** Body, then always; a cancel and the run's timeout stop what runs. */
async function wholeRun(machine: Machine): Promise<string> {
  const { program, clock, log, memory } = machine;
  const { definition, run, answers } = program;
  const alwaysMs = 5 * 60_000;
  const body = createStop();
  const always = createStop();
  let phase: "body" | "always" | "ended" = "body";
  let stopped: "cancelled" | "timed out" | undefined;
  const boundAlways = (deadline: number) =>
    void clock.until(deadline).then(() => always.request("the time for the always block is over"));

  async function cancel(afterMs: number): Promise<void> {
    await clock.until(start + afterMs);
    if (phase === "ended" || stopped !== undefined) return;
    stopped = "cancelled";
    log.note({ type: "run.cancelling", reason: "enough", by: "ann" });
    if (phase === "body") body.request("enough");
    else if (run.timeoutMs === undefined) boundAlways(clock.now() + alwaysMs);
  }

  async function timeOut(timeoutMs: number): Promise<void> {
    await clock.until(start + timeoutMs);
    if (phase !== "body" || stopped !== undefined) return;
    stopped = "timed out";
    log.note({ type: "run.timed_out" });
    body.request("run timed out");
  }

  log.note({ type: "run.started", workflow: run.workflow });
  if (answers.cancelAfterMs !== undefined) void cancel(answers.cancelAfterMs);
  if (run.timeoutMs !== undefined) void timeOut(run.timeoutMs);
  const scope = { with: [] };
  const end = await sequence(
    machine,
    { at: bodyAddress, stop: body, scope },
    { body: definition.body, mode: "do" },
  );
  const status = statusOf(end, stopped);
  memory.beginAlways(status);
  if (definition.always.length > 0) {
    phase = "always";
    if (stopped !== undefined) boundAlways(clock.now() + alwaysMs);
    else if (run.timeoutMs !== undefined)
      boundAlways(Math.max(start + run.timeoutMs, clock.now() + alwaysMs));
    const place = { at: alwaysAddress, stop: always, scope };
    await sequence(machine, place, { body: definition.always, mode: "always" });
  }
  phase = "ended";
  if (status === "completed") log.note({ type: "run.completed" });
  else if (status === "cancelled") log.note({ type: "run.cancelled", reason: "enough" });
  else log.note({ type: "run.failed", error: { code: failureCode(end, stopped), message: "" } });
  return status;
}

/** A body that managed to complete has completed. */
function statusOf(
  end: End,
  stopped: "cancelled" | "timed out" | undefined,
): "completed" | "failed" | "cancelled" {
  if (end.type === "completed") return "completed";
  return stopped === "cancelled" ? "cancelled" : "failed";
}

function failureCode(end: End, stopped: "cancelled" | "timed out" | undefined): string {
  if (stopped === "timed out") return "run_timed_out";
  return end.type === "failed" ? end.error.code : "";
}

function execute(machine: Machine, place: Place, node: Node): Promise<End> {
  if (place.stop.reason !== undefined) return Promise.resolve(cancelled);
  const { at, scope } = place;
  switch (node.kind) {
    case "call":
    case "script":
    case "child":
      return retried(machine, place, node);
    case "sequence": {
      const inner = { with: [...node.with, ...scope.with], output: node.output ?? scope.output };
      return sequence(machine, { ...place, scope: inner }, node);
    }
    case "branch":
      return branch(machine, place, node);
    case "loop":
      return loop(machine, place, node);
    case "parallel":
      return parallel(machine, { ...place, at }, node);
    case "gate":
      return gate(machine, place, node);
    case "sleep":
      return sleep(machine, place, node);
    case "foreach":
      return foreach(machine, place, node);
    default:
      return node satisfies never;
  }
}

type List = { readonly body: readonly Node[]; readonly mode: "do" | "always" };

async function sequence(machine: Machine, place: Place, { body, mode }: List): Promise<End> {
  let end: End = completed;
  for (const [index, node] of body.entries()) {
    const childEnd = await execute(machine, { ...place, at: childAddress(place.at, index) }, node);
    if (childEnd.type === "cancelled") return cancelled;
    if (childEnd.type === "completed") continue;
    const isFirst = end.type !== "failed";
    end = isFirst
      ? childEnd
      : ({ ...end, fatal: end.type === "failed" && (end.fatal || childEnd.fatal) } as End);
    if (mode === "do" && (childEnd.fatal || machine.program.run.failFast)) return end;
  }
  return end;
}

async function branch(machine: Machine, place: Place, node: Extract<Node, { kind: "branch" }>): Promise<End> {
  const { at } = place;
  const taken = machine.memory.holds(node.condition) !== node.negate;
  const condition = `${node.negate ? "unless" : "if"} ${conditionText(node.condition)}`;
  machine.log.note({ type: "branch.taken", address: at, taken, condition });
  if (!taken) return completed;
  return plain(
    await sequence(machine, { ...place, at: childAddress(at, 0) }, { body: node.body, mode: "do" }),
  );
}

async function loop(machine: Machine, place: Place, node: LoopNode): Promise<End> {
  const { log, memory, program } = machine;
  const { at } = place;
  const seen: string[] = [];
  let failure: End | undefined;
  const over = (iterations: number, reason: string, end: End): End => {
    log.note({ type: "loop.ended", address: at, iterations, reason });
    return end;
  };
  for (let iteration = 0; ; iteration += 1) {
    const isTested = node.test === "before" || iteration > 0;
    if (isTested && !memory.holds(node.condition)) return over(iteration, "condition", failure ?? completed);
    if (iteration >= node.maxIterations) {
      if (node.onMaxIter === "continue") return over(iteration, "max_iterations", failure ?? completed);
      return over(iteration, "loop_limit", {
        type: "failed",
        error: { code: "loop_limit", message: "" },
        fatal: true,
      });
    }
    log.note({ type: "loop.iterated", address: at, iteration });
    const bodyPlace = { ...place, at: iterationAddress(at, iteration) };
    const end = place.stop.reason
      ? cancelled
      : await sequence(machine, bodyPlace, { body: node.body, mode: "do" });
    if (end.type === "cancelled") return end;
    if (end.type === "failed" && (end.fatal || program.run.failFast)) return over(iteration, "failed", end);
    if (end.type === "failed") failure ??= { ...end, fatal: false };
    seen.push([...new Set(memory.result(node.condition.step)?.markers)].sort().join());
    const { stuckAfter = Number.POSITIVE_INFINITY } = node;
    if (seen.length >= stuckAfter && new Set(seen.slice(-stuckAfter)).size === 1) {
      const error = { code: "loop_stuck", message: "" };
      return over(iteration + 1, "loop_stuck", { type: "failed", error, fatal: true });
    }
  }
}

async function parallel(machine: Machine, place: Place, node: ParallelNode): Promise<End> {
  const { log, memory } = machine;
  const { at } = place;
  const stop = place.stop.within();
  const needed = node.minSuccess ?? node.branches.length;
  const markers = new Set<string>();
  const counts = { succeeded: 0, failed: 0, skipped: 0 };
  let failure: End | undefined;

  function settled(end: End): void {
    if (end.type === "completed" && end.skipped) counts.skipped += 1;
    else if (end.type === "completed") counts.succeeded += 1;
    if (end.type === "completed") for (const one of end.markers ?? []) markers.add(one);
    if (end.type !== "failed") return;
    counts.failed += 1;
    failure ??= end;
    if (node.failFast && counts.failed > node.branches.length - needed) stop.request("fail_fast");
  }

  const chosen = node.branches.map((one) => one.if === undefined || memory.holds(one.if));
  for (const [index, one] of node.branches.entries()) {
    if (!chosen[index]) skipBranch(machine, childAddress(at, index), one);
  }
  counts.skipped = chosen.filter((runs) => !runs).length;
  const running = node.branches.map(async (one, index) => {
    if (!chosen[index]) return;
    settled(await execute(machine, { at: childAddress(at, index), stop: stop.within(), scope: node }, one));
  });
  await Promise.all(running);
  log.note({ type: "parallel.ended", address: at, ...counts });
  const isEnough = counts.succeeded + counts.skipped >= needed;
  const isCut = counts.succeeded + counts.failed + counts.skipped < node.branches.length;
  const isStopped = isCut && (isEnough || failure === undefined);
  if (node.name !== undefined && !isStopped) {
    const status = isEnough ? "completed" : "failed";
    memory.setResult(node.name, {
      status,
      markers: [...markers],
      context: "",
      ordinal: memory.takeOrdinal(),
    });
  }
  if (isStopped) return cancelled;
  return isEnough ? completed : { type: "failed", error: { code: "step_failed", message: "" }, fatal: false };
}

function skipBranch({ log, memory }: Machine, at: string, node: ParallelNode["branches"][number]): void {
  const name = agentKey(node.agent);
  const reason = `condition ${node.if ? conditionText(node.if) : ""} is false`;
  const ordinal = memory.takeOrdinal();
  log.note({ type: "step.skipped", address: at, name, attempt: 1, reason });
  log.record({ address: at, name, kind: "call", status: "skipped", attempt: 1, ordinal });
  memory.endStep(name, "skipped", ordinal);
}

/** Blocks hand no markers on. */
function plain(end: End): End {
  return end.type === "completed" ? completed : end;
}

function conditionText(condition: Extract<Node, { kind: "branch" }>["condition"]): string {
  return condition.kind === "input" ? condition.input : `${condition.step}.${condition.marker}`;
}

/** Signals wait for whoever takes them, and whoever takes them waits for signals. */
function mailbox({ answers }: Program, clock: Clock, log: Log): Machine["signal"] {
  const kept: { name: string; data?: string }[] = [];
  const takers: { name: string; isOpen: () => boolean; take: (signal: { data?: string }) => void }[] = [];
  const deliver = ({ name, data }: { name: string; data?: string }) => {
    log.note({ type: "signal.received", name });
    const index = takers.findIndex((taker) => taker.name === name && taker.isOpen());
    const [taker] = index < 0 ? [] : takers.splice(index, 1);
    if (taker === undefined) kept.push(data === undefined ? { name } : { name, data });
    else taker.take(data === undefined ? {} : { data });
  };
  for (const { afterMs, ...signal } of answers.signals)
    void clock.until(start + afterMs).then(() => deliver(signal));
  return (name, isOpen) => {
    const index = kept.findIndex((signal) => signal.name === name);
    const [signal] = index < 0 ? [] : kept.splice(index, 1);
    if (signal !== undefined) return Promise.resolve(signal);
    return new Promise((take) => void takers.push({ name, isOpen, take }));
  };
}
