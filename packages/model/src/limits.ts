/**
 * Every limit of Runfleet with the reason for its value. Limits are checked before anything is written;
 * the error is `too_large` (sizes) or `invalid_definition` (shapes) and names the limit.
 */
export const limits = {
  /** A definition as JSON: larger ones are generated, and each worker parses and caches it whole. */
  definitionBytesMax: 1024 * 1024,
  /** All inputs of a run as JSON: they are read at each activation. Larger data belongs behind a reference. */
  inputsBytesMax: 256 * 1024,
  /** Structured output of one step: it is kept in the run's state and handed to later steps. */
  stepOutputBytesMax: 256 * 1024,
  /** Context text of one step: it is pasted into prompts and variables of every later step. */
  contextBytesMax: 64 * 1024,
  /** Error text of one step: enough for a message and the top frames; huge errors must not hurt the store. */
  errorTextBytesMax: 8 * 1024,
  /** What is kept of a gate resolver's failure: it lies in the run's state while the gate is open. */
  pollProblemBytesMax: 1024,
  /** Events waiting for one run: a run that gets more is flooded, and the sender must be told. */
  inboxEntriesMax: 10_000,
  /** Events read from an inbox at once: keeps each script and each decision short. */
  inboxPageMax: 500,
  /** Branches of one parallel block: each may run at once on one worker. */
  branchesMax: 256,
  /** Items of one foreach: each is a run; the list is part of the run's state. */
  foreachItemsMax: 10_000,
  /** All items of one foreach as JSON: they are written in one commit and are part of the run's state. */
  foreachItemsBytesMax: 4 * 1024 * 1024,
  /** Pages of one list of items: a provider that has more, or no end, gives larger pages or filters. */
  foreachPagesMax: 1_000,
  /** Blocks inside blocks: deeper text is a mistake or an attack on the stack. */
  nestingMax: 64,
  /** Workflows calling workflows below the root run: the same statically and at run time. */
  workflowDepthMax: 5,
  /** Context entries a run remembers (newest kept): `prior_contexts` is pasted whole into variables. */
  contextEntriesMax: 200,
  /** Bytes of all remembered context entries together, structured outputs included. */
  contextEntriesBytesMax: 512 * 1024,
  /** String members of structured outputs kept as variables, all together: they are copied into every attempt. */
  exportsBytesMax: 256 * 1024,
  /** What an ended child hands to its parent (results and contexts): it travels as one inbox event. */
  childResultBytesMax: 512 * 1024,
  /** Steps a fork keeps: they are decided and written in one go, in a few hundredths of a second. */
  keptStepsMax: 2_000,
  /** What these steps left, as JSON: it travels as one inbox event. */
  keptBytesMax: 8 * 1024 * 1024,
  /** Signals kept for gates that are not open yet (oldest dropped first). */
  signalsMax: 100,
  /** Children named in the document of a run: more are a list of their own, read page by page. */
  childrenToldMax: 1_000,
  /** Rows of any page read from an index. */
  pageRowsMax: 500,
  /** Markers of one step: they are conditions, not data. */
  markersMax: 100,
  /** Bytes of one input name, step name, workflow name, label, idempotency key. */
  nameBytesMax: 200,
  /** Stdout or stderr of a script kept per attempt (head and tail); the rest goes to its log file. */
  scriptStreamBytesMax: 1024 * 1024,
  /** An agent file, a prompt snippet or an output schema: each is read whole at every attempt that names it. */
  projectFileBytesMax: 256 * 1024,
  /** A line of a run's log; a longer one is cut: what is longer is data, and nobody reads it in a log. */
  logLineBytesMax: 4 * 1024,
  /** Lines written to a log at once, and their bytes: what a script has to look at in one go. */
  logPieceLinesMax: 500,
  logPieceBytesMax: 16 * 1024,
  /** What a worker holds of a run's log before it is written; beyond it the oldest lines are left out. */
  logUnwrittenLinesMax: 2_000,
  logUnwrittenBytesMax: 64 * 1024,
  /** What is kept of the log of one step, all attempts together: some thousand lines, the newest. */
  stepLogLinesMax: 5_000,
  stepLogBytesMax: 256 * 1024,
  /** What is kept of the log of one run, so that no run costs more than a thousand parked ones. */
  runLogLinesMax: 20_000,
  runLogBytesMax: 1024 * 1024,
  /** Entries kept in one run's history stream; an entry holds what one write tells, mostly one to four facts. */
  historyEntriesMax: 20_000,
  /** Entries kept in the feed of the whole fleet, about 12 MB: what a sink may be behind before it misses something. */
  fleetEventsMax: 50_000,
  /** Schedules of a fleet: each is looked at when it is due, and all of them may be due at midnight. */
  schedulesMax: 10_000,
  /** Firings a schedule remembers: a day of one that is due every quarter of an hour. */
  firingsMax: 100,
  /** Due times of one schedule made up after nobody was there, the newest: more would be a flood, not a repair. */
  catchUpRunsMax: 100,
  /** Due times worked out at once: a worker must not count through a month of seconds. */
  dueTimesCountedMax: 1_000,
  /** The shortest interval of a schedule: firings are exact to a second. */
  everyMsMin: 1_000,
  /** How long ended runs are kept where nobody says otherwise: a week, so that Monday can look at last Monday. */
  endedRunKeptMs: 7 * 86_400_000,
  /** The same of failed runs: somebody has to look at them, may be on holiday, and may want to retry them. */
  failedRunKeptMs: 30 * 86_400_000,
  /** Ended runs of one workflow that are kept: what a person can look through, by filters; a minute at 160 runs/s. */
  endedRunsKeptMax: 10_000,
  /** Bytes of the ended runs of one workflow, their families included: twenty such workflows fit a Redis of 8 GB. */
  endedRunsBytesMax: 256 * 1024 * 1024,
  /** How long a run that should leave waits for a sink to take its events: a day, so that somebody can mend it. */
  sinkWaitMs: 86_400_000,
  /**
   * How long an idempotency key is remembered, also when its run is gone: whoever repeats a start (a webhook, a nightly
   * import that failed) does so within a month. A key is 150 bytes.
   */
  idempotencyKeptMs: 30 * 86_400_000,
  /** Starts of one `startMany`: all are checked and held in memory before the first is written. */
  startManyMax: 10_000,
  /**
   * Calls of one client that wait while its Redis is away: they are held in memory for seconds, and a producer that goes on
   * must hear of it instead of filling it.
   */
  clientCallsWaitingMax: 1_000,
  /** Bytes of the value of a limit's key: it is part of the members of the lists of permits. */
  limitKeyBytesMax: 256,
  /** Runs at once, starts in a time, burst: more is no limit. */
  concurrencyMax: 1_000_000,
  /** Workflows whose limits are set by an operator: they are read all at once. */
  workflowLimitsMax: 500,
  /** Days of which is known what workflows used: a year, and the same month of the year before. */
  usageDaysKept: 400,
  /** Workflows that are counted each by themselves on one day, the first ones; with the days, 100,000 rows at most. */
  usageWorkflowsMax: 250,
  /** Workflows with rows of their own in one answer, and rows of it: what a table or a chart can show. */
  usageTopMax: 250,
  usageRowsToldMax: 10_000,
  /**
   * Shorter secrets are masked as inputs and not looked for in what steps say: a text of five letters is part of too many
   * words.
   */
  secretSoughtCharsMin: 6,
  /** Pools whose size is set or remembered: what is said of them is read all at once. */
  scalingPoolsMax: 100,
  /** Bytes of one value, and names, in what is told of the variables of a step: what people read, not what programs use. */
  givenValueBytesMax: 1_024,
  givenNamesMax: 200,
  /** Takeovers without any step that ended in between before a run fails with `crash_loop`. */
  recoveriesMax: 5,
  /** Takeovers without progress from which a run is a suspect: one dead worker is a misfortune, two in a row are a hint. */
  suspectRecoveries: 2,
} as const;
