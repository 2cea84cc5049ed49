/**
 * Several partitions as one store: what is asked of a run goes to the partition that its id names, lists and counts are put
 * together, and what there is once for a namespace lies in partition 0 (names, schedules, limits, sizes of pools, presence).
 * Definitions lie in all. Reads and writes nothing itself; every guarantee is that of one partition, and holds in it.
 */
import {
  type CancelFeed,
  type NewRun,
  partitionOf,
  placeOf,
  RunfleetError,
  type RunStore,
} from "@runfleet/model";
import { countAll, fromAll, listKept, listRuns, listSinks, openGates, readUsage } from "./whole-lists.js";

type Store = RunStore & CancelFeed;

/** In the order of the partitions; there are two or more. They are closed with it. */
export function createPartitionedStore(partitions: readonly [Store, ...Store[]]): Store {
  const [first] = partitions;
  return {
    ...writesOfRuns((runId) => placeOf(runId, partitions)),
    ...readsOfRuns((runId) => placeOf(runId, partitions)),
    ...onceForAll(partitions),
    ...schedules(first),
    ...upkeep(partitions),
    readRuns: async (runIds) => {
      const found = await fromAll(partitions, (store) =>
        store.readRuns(runIds.filter((runId) => placeOf(runId, partitions) === store)),
      );
      const byId = new Map(found.flat().map((run) => [run.id, run]));
      return runIds.flatMap((runId) => byId.get(runId) ?? []);
    },
    listRuns: (filter) =>
      filter.parentId === undefined
        ? listRuns(partitions, filter)
        : placeOf(filter.parentId, partitions).listRuns(filter),
    openGates: (request) =>
      request.runId === undefined
        ? openGates(partitions, request)
        : placeOf(request.runId, partitions).openGates(request),
    readUsage: (request) => readUsage(partitions, request),
    listSinks: (request) => listSinks(partitions, request),
    listKept: (request) => listKept(partitions, request),
    countFleet: () => countAll(partitions),
    readScaling: async () => {
      const [own, ...more] = await fromAll(partitions, (store) => store.readScaling());
      if (own === undefined) throw new RunfleetError("internal", "there is no partition");
      return { ...own, used: [...new Set([own, ...more].flatMap(({ used }) => used))] };
    },
    close: async () => void (await fromAll(partitions, (store) => store.close())),
  };
}

type Of = (runId: string) => Store;

function writesOfRuns(of: Of) {
  return {
    createRun: (run) => of(checkedRun(run).id).createRun(run),
    createDueRun: (run, due) => of(checkedRun(run).id).createDueRun(run, due),
    appendEvent: (request) => of(request.runId).appendEvent(request),
    answerGate: (answer) => of(answer.runId).answerGate(answer),
    requestCancel: (order) => of(order.runId).requestCancel(order),
    terminateRun: (request) => of(request.runId).terminateRun(request),
    retryRun: (request) => of(request.runId).retryRun(request),
    claimItem: (request) => of(request.runId).claimItem(request),
    activate: (request) => of(request.runId).activate(request),
    commit: (commit) => of(commit.fence.runId).commit(commit),
    park: (park) => of(park.fence.runId).park(park),
    release: (commit) => of(commit.fence.runId).release(commit),
    finish: (finish) => of(finish.fence.runId).finish(finish),
    failUnowned: (request) => of(request.runId).failUnowned(request),
    heartbeat: (fence) => of(fence.runId).heartbeat(fence),
    writeLog: (request) => of(request.fence.runId).writeLog(request),
  } as const satisfies Partial<Store>;
}

function readsOfRuns(of: Of) {
  return {
    inboxWaiting: (runId) => of(runId).inboxWaiting(runId),
    dueAt: (runId) => of(runId).dueAt(runId),
    readRun: (runId) => of(runId).readRun(runId),
    readSealed: (runId) => of(runId).readSealed(runId),
    readState: (runId) => of(runId).readState(runId),
    readSteps: (request) => of(request.runId).readSteps(request),
    readHistory: (request) => of(request.runId).readHistory(request),
    newestEventId: (runId) => of(runId).newestEventId(runId),
    followHistory: (request) => of(request.runId).followHistory(request),
    awaitEnd: (request) => of(request.runId).awaitEnd(request),
    readLog: (request) => of(request.runId).readLog(request),
    listChildren: (request) => of(request.runId).listChildren(request),
    permitWait: (runId) => of(runId).permitWait(runId),
    readySince: (runId) => of(runId).readySince(runId),
  } as const satisfies Partial<Store>;
}

/** What there is once for a namespace. */
function onceForAll(partitions: readonly [Store, ...Store[]]) {
  const [first, ...others] = partitions;
  return {
    time: () => first.time(),
    // Partition 0 has the names, so it comes last: what is found by name has its definition everywhere.
    publish: async (published) => {
      await fromAll(others, (store) => store.publish(published));
      await first.publish(published);
    },
    findWorkflow: (name) => first.findWorkflow(name),
    listWorkflows: (request) => first.listWorkflows(request),
    readDefinition: (hash) => first.readDefinition(hash),
    setLimit: async () => {
      throw new RunfleetError(
        "invalid_usage",
        "with several partitions a limit can only be declared: by the workflow or the start",
      );
    },
    removeLimit: (workflow) => first.removeLimit(workflow),
    letIn: (request) => first.letIn(request),
    listSetLimits: () => first.listSetLimits(),
    listScopes: (request) => first.listScopes(request),
    keepScalingTurn: (request) => first.keepScalingTurn(request),
    setScaling: (request) => first.setScaling(request),
    listWorkers: () => first.listWorkers(),
    announceWorker: async (worker) => {
      const [now] = await fromAll(partitions, (store) => store.announceWorker(worker));
      return now ?? (await first.time());
    },
    withdrawWorker: async (workerId) =>
      void (await fromAll(partitions, (store) => store.withdrawWorker(workerId))),
    subscribe: async (listener) => {
      const ends = await fromAll(partitions, (store) => store.subscribe(listener));
      return async () => void (await fromAll(ends, (end) => end()));
    },
  } satisfies Partial<Store>;
}

function schedules(first: Store) {
  return {
    putSchedule: (request) => first.putSchedule(request),
    readSchedule: (name) => first.readSchedule(name),
    listSchedules: (request) => first.listSchedules(request),
    listFirings: (request) => first.listFirings(request),
    removeSchedule: (name) => first.removeSchedule(name),
    pauseSchedule: (request) => first.pauseSchedule(request),
    resumeSchedule: (request) => first.resumeSchedule(request),
    claimSchedules: (request) => first.claimSchedules(request),
    moveSchedule: (request) => first.moveSchedule(request),
    recordFiring: (request) => first.recordFiring(request),
  } satisfies Partial<Store>;
}

/** What workers look after, in all partitions at once; each gives its share of a limit. */
function upkeep(partitions: readonly [Store, ...Store[]]) {
  const share = <R extends { readonly limit: number }>(request: R): R => ({
    ...request,
    limit: Math.ceil(request.limit / partitions.length),
  });
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  const flat = async <T>(lists: Promise<readonly (readonly T[])[]>): Promise<readonly T[]> =>
    (await lists).flat();
  return {
    outboxDone: async (ids) => void (await fromAll(partitions, (store) => store.outboxDone(ids))),
    outboxPending: (request) => flat(fromAll(partitions, (store) => store.outboxPending(share(request)))),
    wakeable: (request) => flat(fromAll(partitions, (store) => store.wakeable(share(request)))),
    silentOwners: (request) => flat(fromAll(partitions, (store) => store.silentOwners(share(request)))),
    fileEnded: async (request) => {
      const replies = await fromAll(partitions, (store) => store.fileEnded(share(request)));
      return {
        looked: sum(replies.map(({ looked }) => looked)),
        workflows: [...new Set(replies.flatMap(({ workflows }) => workflows))],
      };
    },
    // Each keeps as much as is asked for: a limited workflow lies in one of them with all its runs.
    trimKept: async (request) => {
      const replies = await fromAll(partitions, (store) => store.trimKept(request));
      return {
        removed: sum(replies.map(({ removed }) => removed)),
        unarchived: replies.flatMap(({ unarchived }) => unarchived),
        isHeld: replies.some(({ isHeld }) => isHeld),
      };
    },
    removeOrphans: async (request) =>
      sum(await fromAll(partitions, (store) => store.removeOrphans(share(request)))),
    forgetExpired: async (request) =>
      sum(await fromAll(partitions, (store) => store.forgetExpired(share(request)))),
    readFleetEvents: notWhole,
    claimSink: notWhole,
  } satisfies Partial<Store>;
}

/** Each partition has a feed of events of its own, with places of its own. */
function notWhole(): Promise<never> {
  return Promise.reject(new RunfleetError("internal", "sinks are fed from one partition at a time"));
}

/** Limits are counted in partition 0: clients and schedules put such runs there, but a child lies where its parent does. */
function checkedRun(run: NewRun): NewRun {
  const isLimited = run.concurrency !== undefined || run.rate !== undefined;
  if (!isLimited || partitionOf(run.id) === 0) return run;
  const message = `workflow ${run.workflow} has a limit, and limits are counted in partition 0: with several partitions it cannot be called by runs of others`;
  throw new RunfleetError("invalid_usage", message, { details: { workflow: run.workflow } });
}
