/**
 * What people and programs tell a run: answers to gates, cancel requests, retries, signals. Each is one event in the
 * run's inbox, durable when the call resolves, then a wake-up. What the run makes of it, the engine decides.
 */
import { randomUUID } from "node:crypto";
import { signalNames } from "@runfleet/language";
import {
  type AnswerReply,
  type AppendReply,
  type Definition,
  type GateAnswer,
  limits,
  RunfleetError,
  type RunStatus,
  type SentEvent,
} from "@runfleet/model";
import { type Answer, checkAnswer, selectionsOf } from "./check-answer.js";
import { checkBytes, checkName } from "./check-start-options.js";
import type { SignalReceipt } from "./client-documents.js";
import type { CancelOptions, RetryOptions, SignalOptions, TerminateOptions } from "./client-options.js";
import type { Connections } from "./connections.js";
import { deliverCancelled, deliverGranted, deliverWake } from "./deliver.js";
import { runNotFound } from "./read-runs.js";

export async function answerGate(connections: Connections, answer: Answer): Promise<void> {
  const { runId, gate, verdict, feedback, result } = answer;
  await checkAnswer(connections, answer);
  const selections = selectionsOf(answer);
  const request: GateAnswer = {
    runId,
    verdict,
    by: answer.by ?? connections.actor,
    ...(gate === undefined ? {} : { gate }),
    ...(feedback === undefined ? {} : { feedback }),
    ...(selections === undefined ? {} : { selections }),
    ...(result === undefined ? {} : { result }),
  };
  const reply = await connections.store.answerGate(request);
  if (reply.tag !== "accepted") throw await refusedAnswer(connections, request, reply);
  await deliverWake(connections, runId, reply);
}

export async function cancelRun(
  connections: Connections,
  runId: string,
  options: CancelOptions,
): Promise<void> {
  const reason = options.reason ?? "requested";
  checkBytes({ what: "reason", text: reason, bytesMax: limits.errorTextBytesMax });
  const reply = await connections.store.requestCancel({ runId, reason, by: options.by ?? connections.actor });
  switch (reply.tag) {
    case "cancelled":
      await deliverCancelled(connections, runId, reply);
      return deliverGranted(connections, reply);
    case "requested":
      await deliverWake(connections, runId, reply);
      return deliverGranted(connections, reply);
    case "already":
      return;
    case "ended":
      throw runEnded(runId, reply.status);
    case "not_found":
      throw runNotFound(runId);
  }
}

/** Only root runs: a child's end was told to its parent, which may have gone on since. */
export async function retryRun(
  connections: Connections,
  runId: string,
  options: RetryOptions,
): Promise<void> {
  const run = await connections.store.readRun(runId);
  if (run?.parentId !== undefined) {
    throw retryRefused(runId, `it was started by run ${run.parentId}; retry the root run ${run.rootId}`);
  }
  const reply = await connections.store.retryRun({ runId, by: options.by ?? connections.actor });
  switch (reply.tag) {
    case "retried":
      return deliverWake(connections, runId, reply);
    case "not_failed":
      throw retryRefused(runId, `it is ${reply.status}, and only failed runs can go on`);
    case "not_found":
      throw runNotFound(runId);
  }
}

/** The owner is refused from now on; the parked job, if any, is woken to end. */
export async function terminateRun(
  connections: Connections,
  runId: string,
  options: TerminateOptions,
): Promise<void> {
  const reply = await connections.store.terminateRun({ runId, by: options.by ?? connections.actor });
  switch (reply.tag) {
    case "terminated":
      await deliverWake(connections, runId, reply);
      return deliverGranted(connections, reply);
    case "ended":
      throw runEnded(runId, reply.status);
    case "not_found":
      throw runNotFound(runId);
  }
}

function retryRefused(runId: string, why: string): RunfleetError {
  return new RunfleetError("retry_refused", `run ${runId} cannot be retried: ${why}`, { details: { runId } });
}

export async function signalRun(
  connections: Connections,
  signal: SignalOptions & { readonly runId: string; readonly name: string },
): Promise<SignalReceipt> {
  const { runId, name, data, dedupeId } = signal;
  checkName("signal name", name);
  checkName("dedupe id", dedupeId);
  const text = data === undefined ? undefined : JSON.stringify(data);
  checkBytes({ what: "signal data", text: text ?? "", bytesMax: limits.stepOutputBytesMax });
  const event: SentEvent = {
    type: "signalReceived",
    name,
    ...(text === undefined ? {} : { data: text }),
  };
  // Every signal has an id: what a broken connection left without an answer is sent once more, and may have been done.
  const id = dedupeId ?? randomUUID();
  const reply = await connections.store.appendEvent({ runId, event, dedupeId: `signal:${name}:${id}` });
  const isOwnRepeat = dedupeId === undefined && reply.tag === "duplicate";
  const received = isOwnRepeat ? "new" : await settleAppend(connections, runId, reply);
  if (isOwnRepeat) await deliverWake(connections, runId, await poolOf(connections, runId));
  const expected = await expectedSignals(connections, runId);
  return { received, isExpected: expected.includes(name), expected };
}

async function poolOf({ store }: Connections, runId: string): Promise<{ readonly pool: string }> {
  const run = await store.readRun(runId);
  if (run === undefined) throw runNotFound(runId);
  return run;
}

async function expectedSignals({ store }: Connections, runId: string): Promise<readonly string[]> {
  const run = await store.readRun(runId);
  const json = run === undefined ? undefined : await store.readDefinition(run.definitionHash);
  return json === undefined ? [] : signalNames(JSON.parse(json) as Definition);
}

async function settleAppend(
  connections: Connections,
  runId: string,
  reply: AppendReply,
): Promise<SignalReceipt["received"]> {
  switch (reply.tag) {
    case "appended":
      await deliverWake(connections, runId, reply);
      return "new";
    case "duplicate":
      return "duplicate";
    case "ended":
      throw runEnded(runId, reply.status);
    case "full":
      throw new RunfleetError("inbox_full", `run ${runId} has ${limits.inboxEntriesMax} unread events`, {
        details: { runId },
      });
    case "not_found":
      throw runNotFound(runId);
  }
}

async function refusedAnswer(
  { store }: Connections,
  { runId, gate }: GateAnswer,
  reply: Exclude<AnswerReply, { tag: "accepted" }>,
): Promise<RunfleetError> {
  switch (reply.tag) {
    case "answered":
      return new RunfleetError(
        "gate_answered",
        `${gate === undefined ? "the gate" : `gate "${gate}"`} of run ${runId} was ${reply.verdict} by ${reply.by} at ${new Date(reply.at).toISOString()}`,
        { details: { runId, by: reply.by, verdict: reply.verdict, at: new Date(reply.at).toISOString() } },
      );
    case "ended":
      return runEnded(runId, reply.status);
    case "not_found":
      return runNotFound(runId);
    case "late":
      return new RunfleetError(
        "gate_not_found",
        `${gate === undefined ? "the gate" : `gate "${gate}"`} of run ${runId} timed out at ${new Date(reply.deadline).toISOString()}`,
        { details: { runId, deadline: reply.deadline } },
      );
    case "not_open": {
      const { rows } = await store.openGates({ runId, limit: limits.pageRowsMax });
      return gateNotFound({ runId, gate, open: rows.map(({ name, address }) => `${name} (${address})`) });
    }
  }
}

function gateNotFound(asked: {
  readonly runId: string;
  readonly gate: string | undefined;
  readonly open: readonly string[];
}): RunfleetError {
  const { runId, gate, open } = asked;
  const list = open.length === 0 ? "none is open that takes an answer" : `open: ${open.join(", ")}`;
  const message =
    gate === undefined && open.length > 1
      ? `run ${runId} has several open gates, name one of them; ${list}`
      : `run ${runId} has no open gate${gate === undefined ? "" : ` "${gate}"`}; ${list}`;
  return new RunfleetError("gate_not_found", message, { details: { runId, gate, open } });
}

function runEnded(runId: string, status: RunStatus): RunfleetError {
  return new RunfleetError("run_ended", `run ${runId} has ended: ${status}`, { details: { runId, status } });
}
