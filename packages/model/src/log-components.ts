/**
 * The components of a process that write to its log, and how much they may say. The one list of their names: a process sets
 * a level for each (`RUNFLEET_LOG`), and each line says which of them wrote it. Writes nothing.
 */
export const logComponents = {
  process: "start and end of the process, what its Redis is set up like, errors that belong to nothing else",
  run: "runs that this worker takes, gives away and ends, and activations that broke",
  step: "attempts that begin and end, and what actions and gate resolvers say",
  lease: "leases that were lost or could not be renewed",
  queue: "jobs of BullMQ: what could not be fetched or put away",
  store: "writes that Redis did not confirm, and are repeated",
  outbox: "work for others that could not be done and comes again: child runs, wake-ups",
  sweeper: "what a dead worker left behind and could not be repaired yet",
  schedule: "due times that were missed, schedules that could not start their run",
  sink: "events that a sink did not take",
  retention: "ended runs that had to leave, or stay, against the rules",
  server: "the HTTP server: where it listens, answers that failed",
  audit: "who changed what over HTTP",
} as const;

export type LogComponent = keyof typeof logComponents;

/** From the fewest lines to the most; `silent` has none. */
export const logLevels = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof logLevels)[number];
