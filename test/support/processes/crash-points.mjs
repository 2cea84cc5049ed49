// Where a worker can die between two things it does outside itself: before and after each call of its ports, and around
// each action and each job. A new method of a port does not compile until it says here how a worker comes to call it, or
// why none does on its way through a run.

/**
 * @typedef {import("@runfleet/model").RunStore & import("@runfleet/model").CancelFeed} Store
 * @typedef {import("@runfleet/model").LeaseStore} Leases
 * @typedef {import("@runfleet/model").RunQueue} Queue
 * @typedef {{ times: number, when?: "it is asked to stop" | "a run has killed too many" }} Reached
 *   At least so often in a life that sees the whole scenario, or one that is led there.
 */

const byClients = "clients alone call it";
const readsOnly = "reads: dying here is dying after the write before it";
const atStart = "before a worker takes anything";
const byTicker = "schedules are fired beside the runs; test/simulation/schedules.test.ts";
const forEnded = "removes ended runs beside the runs, a few a round; what is left comes with the next round";

/** @satisfies {Readonly<Record<keyof Store, Reached | string>>} */
const store = {
  activate: { times: 8 },
  commit: { times: 12 },
  park: { times: 4 },
  finish: { times: 4 },
  heartbeat: { times: 1 },
  writeLog: "what steps say decides nothing; test/conformance/worker/run-log.test.ts",
  createRun: { times: 4 },
  appendEvent: { times: 1 },
  requestCancel: { times: 1 },
  outboxDone: { times: 2 },
  announceWorker: { times: 2 },
  outboxPending: { times: 2 },
  wakeable: { times: 2 },
  silentOwners: { times: 2 },
  release: { times: 1, when: "it is asked to stop" },
  withdrawWorker: { times: 1, when: "it is asked to stop" },
  failUnowned: { times: 1, when: "a run has killed too many" },
  answerGate: byClients,
  terminateRun: byClients,
  retryRun: byClients,
  publish: byClients,
  setLimit: byClients,
  removeLimit: byClients,
  letIn: byClients,
  listSetLimits: byClients,
  listScopes: byClients,
  permitWait: byClients,
  inboxWaiting: readsOnly,
  dueAt: byClients,
  readRun: readsOnly,
  readRuns: byClients,
  readSealed: readsOnly,
  readSteps: byClients,
  readState: byClients,
  readHistory: byClients,
  readLog: byClients,
  newestEventId: byClients,
  followHistory: byClients,
  awaitEnd: byClients,
  listRuns: byClients,
  listChildren: readsOnly,
  openGates: byClients,
  readUsage: byClients,
  countFleet: byClients,
  findWorkflow: readsOnly,
  listWorkflows: byClients,
  readDefinition: readsOnly,
  listWorkers: byClients,
  readScaling: byClients,
  keepScalingTurn: byClients,
  setScaling: byClients,
  readySince: byClients,
  fileEnded: forEnded,
  listKept: readsOnly,
  trimKept: forEnded,
  removeOrphans: forEnded,
  forgetExpired: forEnded,
  time: byClients,
  putSchedule: byClients,
  readSchedule: byClients,
  listSchedules: byClients,
  listFirings: byClients,
  removeSchedule: byClients,
  pauseSchedule: byClients,
  resumeSchedule: byClients,
  recordFiring: byClients,
  claimSchedules: byTicker,
  createDueRun: byTicker,
  moveSchedule: byTicker,
  claimItem:
    "a repeat gets the same items, and what was claimed and not started goes to the next run; packages/worker/src/items/handled-once.test.ts",
  readFleetEvents: "sinks are fed beside the runs; test/conformance/worker/sinks.test.ts",
  claimSink: "sinks are fed beside the runs; test/conformance/worker/sinks.test.ts",
  listSinks: byClients,
  subscribe: atStart,
  close: "after a worker has stopped",
};

/** @satisfies {Readonly<Record<keyof Leases, Reached | string>>} */
const leases = {
  draw: "no request: the run's activation takes the lease",
  acquire: "leases that lie with the runs are drawn",
  renew: { times: 1 },
  release: "of a run that was lost or that broke; the others' go back with their last write",
  close: "after a worker has stopped",
};

/** @satisfies {Readonly<Record<keyof Queue | "handle" | "stillParked", Reached | string>>} */
const queue = {
  add: { times: 4 },
  wake: { times: 4 },
  /** A job was taken; the run's disposition is known and its job not put away. */
  handle: { times: 8 },
  /** The job was put away, and nobody has looked whether an event came meanwhile. */
  stillParked: { times: 4 },
  revive: "needs a failover; test/conformance/queue and test/simulation/fleet",
  remove:
    "only a run that was cancelled before its first step; the job is harmless, test/e2e/cancellation.test.ts",
  consume: atStart,
  backlog: "a look; what follows is an answer to an orchestrator",
  counts: byClients,
  close: "after a worker has stopped",
};

const action = { run: { times: 6 } };

export const ports = { store, leases, queue, action };

/** @typedef {{ port: keyof typeof ports, method: string, side: "before" | "after", nth: number, when?: Reached["when"] }} CrashPoint */

/** Every point, at the first and at the last call that is sure to come. @returns {CrashPoint[]} */
export function crashPoints() {
  return Object.entries(ports).flatMap(([port, methods]) =>
    Object.entries(methods).flatMap(([method, reached]) =>
      typeof reached === "string" ? [] : pointsOf(/** @type {keyof typeof ports} */ (port), method, reached),
    ),
  );
}

/** @param {keyof typeof ports} port @param {string} method @param {Reached} reached @returns {CrashPoint[]} */
function pointsOf(port, method, { times, when }) {
  const sides = /** @type {const} */ (["before", "after"]);
  return [...new Set([1, times])].flatMap((nth) =>
    sides.map((side) => ({ port, method, side, nth, ...(when === undefined ? {} : { when }) })),
  );
}

/** @param {CrashPoint} point */
export function nameOf({ port, method, side, nth }) {
  return `${side} ${port}.${method} number ${nth}`;
}
