/**
 * From a job to an activation: under the run's lease opens the run in the store and runs the activation.
 * Holds the activations in hand, so that a stop, a cancel message or a heartbeat reaches them. Decides nothing about runs.
 */
import type { Disposition, Lease, LeaseStore, Activation as OpenedRun, RunStore } from "@runfleet/model";
import { limits } from "@runfleet/model";
import type { SecretBox } from "@runfleet/store";
import { type ActivationPlace, headersOf, type StepSpans, traceActivation } from "@runfleet/tracing";
import type { ActivationPorts } from "./activation.js";
import { Activation } from "./activation.js";
import type { RunContext, WorkerConfig } from "./config.js";
import type { Definitions } from "./definitions.js";
import { type LeaseKeeper, lossReasons } from "./lease-keeper.js";
import { notOpened } from "./not-opened.js";
import type { PerformContext } from "./perform/context.js";
import { createRedactor } from "./redactor.js";
import type { Registry } from "./registry.js";
import { askRunContext } from "./run-context.js";
import { createRunLog } from "./run-log.js";
import { type OpenedSecrets, openSecrets } from "./secrets.js";
import { createSuspectTurn } from "./suspect-turn.js";
import { createUnderLease, type WorkUnderLease } from "./under-lease.js";
import { type ComponentLog, withFields } from "./worker-log.js";
import type { Workspace } from "./workspace.js";
import { createWorkspace } from "./workspace.js";

export interface ActivatorOptions {
  readonly namespace: string;
  readonly workerId: string;
  readonly store: RunStore;
  readonly leases: LeaseStore;
  readonly keeper: LeaseKeeper;
  readonly leaseTtlMs: number;
  readonly definitions: Definitions;
  readonly registry: Registry;
  readonly config: WorkerConfig;
  readonly secrets: SecretBox;
  readonly ports: ActivationPorts;
  /** Absolute; directories of runs and logs of scripts lie below it. */
  readonly workDir: string;
  readonly killGraceMs: number;
  readonly log: ComponentLog;
}

export interface Activator {
  handle(runId: string): Promise<Disposition>;
  poke(runId: string): void;
  /** Every activation in hand yields at its next step boundary. */
  stopAll(): void;
  readonly busy: number;
}

/** How long a run rests after its activation broke; the broken activation counts as a crash. */
const brokenRestMs = 2_000;
/** Leases that a suspect has a worker to itself: what kills its worker at once has done so long before. */
const suspectAloneLeases = 3;

export function createActivator(options: ActivatorOptions): Activator {
  const inHand = new Map<string, Activation>();
  const underLease = createUnderLease(options);
  const suspects = createSuspectTurn({
    aloneMs: suspectAloneLeases * options.leaseTtlMs,
    now: () => options.ports.clock.monotonic(),
  });
  const log = options.log("run");
  let stopping = false;

  const runActivation = async (opened: OpenedRun, held: Held): Promise<Disposition> => {
    const { run } = opened;
    const { activation, workspace } = await newActivation(opened, held, options);
    options.keeper.keep(held.lease, watchOf(activation, opened, options));
    inHand.set(run.id, activation);
    if (stopping) activation.stop();
    try {
      const disposition = await activation.run();
      if (disposition.type === "ended") {
        const removed = workspace.remove();
        if (removed !== undefined) options.ports.watchWork?.(removed, `folder of run ${run.id}`);
        if (removed !== undefined) await removed;
      }
      return disposition;
    } catch (error) {
      // Nobody would take the results of what still runs, and the next owner starts it again.
      activation.lose();
      throw error;
    } finally {
      // The job may have been handed out again before a lost activation had ended.
      if (inHand.get(run.id) === activation) inHand.delete(run.id);
    }
  };

  const opened: WorkUnderLease = async (lease, taking) => {
    const { runId, token: leaseToken } = lease;
    const reply = await options.store.activate({
      recoveriesMax: limits.recoveriesMax,
      recoveriesAdmitted: suspects.admits(runId),
      ...{ runId, leaseToken, owner: options.workerId, ...taking },
    });
    if (reply.tag !== "activated") {
      log.debug("run not taken", { runId, reply: reply.tag });
      return notOpened(reply, lease, options);
    }
    const { activation } = reply;
    suspects.opened(runId, activation.run.recoveries);
    const runLog = withFields(log, fieldsOf(activation));
    runLog.debug("run taken", { tookOver: activation.tookOver });
    const disposition = await traceActivation(activation, placeOf(options), (spans) =>
      runActivation(activation, { lease, spans }),
    );
    runLog.debug("run left", { disposition: disposition.type });
    return disposition;
  };

  const handled: WorkUnderLease = async (lease, taking) => {
    const { runId } = lease;
    try {
      return await opened(lease, taking);
    } catch (error) {
      log.error("activation broke", {
        runId,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      return { type: "busy", retryAfterMs: brokenRestMs };
    } finally {
      suspects.closed(runId);
    }
  };

  return {
    handle: (runId) => underLease(runId, handled),
    poke: (runId) => inHand.get(runId)?.poke(),
    stopAll() {
      stopping = true;
      for (const activation of inHand.values()) activation.stop();
    },
    get busy() {
      return inHand.size;
    },
  };
}

/** What an activation is given for as long as it lasts. */
interface Held {
  readonly lease: Lease;
  /** Absent while nobody records spans. */
  readonly spans: StepSpans | undefined;
}

function placeOf({ namespace, workerId, ports }: ActivatorOptions): ActivationPlace {
  return { namespace, workerId, now: ports.clock.now() };
}

/** What every line about a run in hand says. */
function fieldsOf({ run, fence }: OpenedRun): Readonly<Record<string, unknown>> {
  return { runId: run.id, workflow: run.workflow, generation: fence.generation };
}

async function newActivation(
  opened: OpenedRun,
  held: Held,
  options: ActivatorOptions,
): Promise<{ readonly activation: Activation; readonly workspace: Workspace }> {
  const { run } = opened;
  const asked = askRunContext(run, options.config, options.ports.watchWork);
  const runContext = asked === undefined ? {} : await asked;
  const workspace = createWorkspace({
    runId: run.id,
    rootDir: options.workDir,
    configured: runContext.workingDir,
    isFirst: Object.keys(opened.parts).length === 0,
  });
  const secrets = openSecrets(opened, options.secrets);
  const activation = new Activation({
    opened,
    secrets: secrets.values,
    plan: await options.definitions.plan(run.definitionHash),
    context: performContext(opened, { workspace, runContext, ...held, secrets, options }),
    injected: runContext.variables ?? {},
    ports: options.ports,
  });
  return { activation, workspace };
}

/** What the keeper of a lease tells its activation. */
function watchOf(
  activation: Activation,
  opened: OpenedRun,
  { store, log }: ActivatorOptions,
): Parameters<LeaseKeeper["keep"]>[1] {
  const { fence } = opened;
  const lease = withFields(log("lease"), fieldsOf(opened));
  const beat = async (): Promise<void> => {
    const reply = await store.heartbeat(fence);
    if (reply.tag === "fenced") activation.lose();
    else if (reply.inboxWaiting || reply.cancel !== undefined) activation.poke();
  };
  return {
    hold: () => activation.hold,
    onLost(reason) {
      lease.warn("lease lost", { reason: lossReasons[reason] });
      activation.lose();
    },
    onBeat() {
      beat().catch((error: unknown) => lease.warn("heartbeat failed", { error: String(error) }));
    },
  };
}

function performContext(
  opened: OpenedRun,
  place: {
    readonly workspace: Workspace;
    readonly runContext: RunContext;
    readonly secrets: OpenedSecrets;
    readonly options: ActivatorOptions;
  } & Held,
): PerformContext {
  const { workspace, runContext, lease, spans, secrets, options } = place;
  const { store, ports } = options;
  const trouble = withFields(options.log("store"), fieldsOf(opened));
  const redactor = createRedactor(secrets.values);
  const runLog = createRunLog({
    store,
    fence: opened.fence,
    clock: ports.clock,
    mask: redactor.text,
    onError: (error) => trouble.warn("log of a run not written, trying again", { error: String(error) }),
  });
  return {
    traceHeaders: headersOf(opened.run),
    redactor,
    run: opened.run,
    fence: opened.fence,
    registry: options.registry,
    scriptEnv: options.config.scriptEnv,
    workingDir: () => workspace.dir(),
    logDir: `${options.workDir}/logs/${opened.run.id}`,
    runLog,
    log: redactor.log(withFields(options.log("step"), fieldsOf(opened))),
    killGraceMs: options.killGraceMs,
    clock: options.ports.clock,
    holdsRun: () => options.keeper.holds(lease),
    ...(secrets.unreadable === undefined ? {} : { unreadable: secrets.unreadable }),
    ...(spans === undefined ? {} : { spans }),
    ...(runContext.workingDir === undefined ? {} : { configuredDir: runContext.workingDir }),
  };
}
