/**
 * Does what is to be done about the due time a schedule stands at: starts its run, or records why not, then moves the schedule to
 * the next due time. A worker that dies in between leaves the schedule where it stood; whoever repeats it finds the run
 * that was started.
 */
import {
  acceptInputs,
  type CreateReply,
  type Firing,
  isEnded,
  isRunfleetError,
  type NewRun,
  newRootRun,
  queueJobOf,
  RunfleetError,
  rateFull,
  type ScheduleRecord,
} from "@runfleet/model";
import { nextDue, nextStep } from "@runfleet/schedules";
import { deriveRunId, sealInputs } from "@runfleet/store";
import { traceStart } from "@runfleet/tracing";
import type { ActionLog } from "../action.js";
import { afterCancel, type OutboxPorts, performEntry } from "../outbox.js";

export interface SchedulePorts extends OutboxPorts {
  readonly log: ActionLog;
}

/** What became of a due time; nothing when it is not this worker's to tell. */
type Ending = Pick<Firing, "outcome" | "runId" | "error">;

/** One run per name and due time, whoever starts it, however often. */
function runIdOf(schedule: string, dueAt: number): string {
  return deriveRunId(`schedule ${schedule} ${dueAt}`);
}

/** Takes one step with a schedule that the store has told to be due. */
export async function stepSchedule(schedule: ScheduleRecord, ports: SchedulePorts): Promise<void> {
  const { dueAt, spec } = schedule;
  if (dueAt === undefined || schedule.paused !== undefined) return;
  // The store says it is due; this worker's clock may be a little behind.
  const now = Math.max(ports.now(), dueAt);
  const step = nextStep(spec, dueAt, now);
  if (step.type === "wait") return;
  const runId = runIdOf(schedule.name, dueAt);
  if (step.type === "miss" && (await ports.store.readRun(runId)) === undefined) {
    const { missed, next } = step;
    ports.log.warn("due times of a schedule were missed", { schedule: schedule.name, dueAt, missed });
    await move(schedule, { firing: { dueAt, at: now, outcome: "missed", missed }, next }, ports);
    return;
  }
  const ending = await fire(schedule, { runId, dueAt, now }, ports);
  if (ending === undefined) return;
  const next = step.type === "fire" ? step.next : nextDue(spec, dueAt);
  await move(schedule, { firing: { dueAt, at: now, ...ending }, next }, ports);
}

async function move(
  { name, revision }: ScheduleRecord,
  to: { readonly firing: Firing; readonly next: number | undefined },
  { store }: SchedulePorts,
): Promise<void> {
  const { firing, next } = to;
  await store.moveSchedule({ name, revision, firing, ...(next === undefined ? {} : { next }) });
}

interface Due {
  readonly runId: string;
  readonly dueAt: number;
  readonly now: number;
}

async function fire(schedule: ScheduleRecord, due: Due, ports: SchedulePorts): Promise<Ending | undefined> {
  const running = await findRunning(schedule, due, ports);
  if (running !== undefined && schedule.spec.overlap === "skip")
    return { outcome: "skipped", runId: running };
  try {
    const run = await runOf(schedule, due, ports);
    if (running !== undefined && schedule.spec.overlap === "cancel") await cancel(running, schedule, ports);
    return await start(run, { schedule: schedule.name, dueAt: due.dueAt }, ports);
  } catch (error) {
    // What trying again may mend is tried again when the claim is over.
    if (!isRunfleetError(error) || error.retryable || error.code === "internal") throw error;
    const { code, message } = error;
    ports.log.warn("a schedule could not start its run", { schedule: schedule.name, code, message });
    return { outcome: "failed", error: { code, message } };
  }
}

/** The newest run of the schedule, if it has not ended. The run of this very due time is in nobody's way. */
async function findRunning(
  schedule: ScheduleRecord,
  { runId }: Due,
  { store }: SchedulePorts,
): Promise<string | undefined> {
  const { lastRunId } = schedule;
  if (lastRunId === undefined || lastRunId === runId || schedule.spec.overlap === "allow") return undefined;
  const last = await store.readRun(lastRunId);
  return last === undefined || isEnded(last.status) ? undefined : last.id;
}

async function runOf(
  { name, spec }: ScheduleRecord,
  { runId, dueAt, now }: Due,
  ports: SchedulePorts,
): Promise<NewRun> {
  const published = await ports.store.findWorkflow(spec.workflow);
  if (published === undefined) {
    throw new RunfleetError("workflow_not_found", `workflow "${spec.workflow}" is not published`);
  }
  const definition = await ports.definitions.definition(published.hash);
  const { label, priority, pool, sealed = {} } = spec;
  const given = { ...spec.inputs, ...ports.secrets.open(`schedule ${name}`, sealed) };
  const { inputs, ...stored } = sealInputs(ports.secrets, `run ${runId}`, {
    ...{ definition, inputs: acceptInputs(definition, given), alsoSecret: Object.keys(sealed) },
  });
  const choices = {
    inputs,
    ...{ schedule: name, scheduledFor: dueAt },
    ...(label === undefined ? {} : { label }),
    ...(priority === undefined ? {} : { priority }),
    ...(pool === undefined ? {} : { pool }),
  };
  return { ...newRootRun({ definition, hash: published.hash }, choices, { id: runId, now }), ...stored };
}

async function cancel(runId: string, { name }: ScheduleRecord, ports: SchedulePorts): Promise<void> {
  const by = `schedule ${name}`;
  const reply = await ports.store.requestCancel({ runId, reason: "the schedule is due again", by });
  await afterCancel(runId, reply, ports);
}

async function start(
  run: NewRun,
  due: { readonly schedule: string; readonly dueAt: number },
  ports: SchedulePorts,
): Promise<Ending | undefined> {
  const { store, namespace } = ports;
  const reply = await traceStart(run, { namespace }, (traced) => store.createDueRun(traced, due));
  if (reply.tag === "not_due") return undefined;
  if (reply.tag === "rate_full") throw rateFull(run);
  for (const errand of reply.tag === "created" ? errandsOf(run, reply, ports) : []) {
    // The run is there; a sweeper puts it into the queue when this fails.
    await errand().catch((error: unknown) =>
      ports.log.warn("a scheduled run waits for a sweeper", { runId: run.id, error: String(error) }),
    );
  }
  return { outcome: "started", runId: run.id };
}

/** Whoever gives it a permit queues a run that is in line. */
function errandsOf(
  run: NewRun,
  { isInLine, delayMs, granted = [] }: Extract<CreateReply, { tag: "created" }>,
  ports: SchedulePorts,
): readonly (() => Promise<void>)[] {
  const queued = isInLine === true ? [] : [() => ports.queue.add(queueJobOf(run, delayMs))];
  const woken = granted.map(
    (entry) => async () => await ports.store.outboxDone(await performEntry(entry, ports)),
  );
  return [...queued, ...woken];
}
