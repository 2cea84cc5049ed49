// Bugs in what waits: gates, signals, sleeps, and what comes first when several things come at once. What the members mean is said in ../mutants.mjs.

/** @type {readonly import('../mutants.mjs').Mutant[]} */
export const waits = [
  {
    file: "nodes/gate.ts",
    find: 'if (spot.frame.polling === undefined) return "no poll is open";',
    replace: "",
    says: "a poll that nobody asked for is taken",
  },
  {
    file: "nodes/gate.ts",
    find: 'type: "failed", error, fatal: true,',
    replace: 'type: "failed", error, fatal: false,',
    says: "a rejected gate is an ordinary failure",
  },
  {
    file: "nodes/gate-poll.ts",
    find: "Math.max(0, pollAfterMs);",
    replace: "pollMs;",
    says: "a resolver's own interval is not kept",
  },
  {
    file: "nodes/gate-poll.ts",
    find: "Math.min(pauseMs, Math.max(intervalMs, failingPollMsMax))",
    replace: "pauseMs",
    says: "a resolver that fails is asked more seldom without end",
  },
  {
    file: "nodes/gate-poll.ts",
    find: "    delete frame.pollFailures;\n",
    replace: "",
    says: "a resolver that answers again is still called broken",
  },
  {
    file: "nodes/gate.ts",
    find: "selections.find((value) => !Object.hasOwn(options, value))",
    replace: "selections.slice(1).find((value) => !Object.hasOwn(options, value))",
    says: "the first selection may be anything",
  },
  {
    file: "nodes/gate.ts",
    find: "  core(turn).gateFeedback = words;\n  turn.variables = undefined;",
    replace: "  core(turn).gateFeedback = words;",
    says: "feedback is not seen by a step of the same decision",
  },
  {
    file: "nodes/quality.ts",
    find: "(confidence ?? 0) >= threshold",
    replace: "(confidence ?? 0) > threshold",
    says: "the threshold itself is below the threshold",
  },
  {
    file: "nodes/quality.ts",
    find: "Math.trunc(value)",
    replace: "Math.round(value)",
    says: "79.9 counts as 80",
  },
  {
    file: "nodes/signals.ts",
    find: "signals.findIndex(",
    replace: "signals.findLastIndex(",
    says: "the newest kept signal is taken first",
  },
  {
    file: "nodes/sleep.ts",
    find: "now + (run.dryRun ? 0 : (lengthMs ?? 0))",
    replace: "now + (lengthMs ?? 0)",
    says: "a dry run sleeps",
  },
  {
    file: "decide.ts",
    find: "  for (const event of events) route(turn, event);\n  fireDeadlines(turn);",
    replace: "  fireDeadlines(turn);\n  for (const event of events) route(turn, event);",
    says: "a deadline wins over an answer that came in time",
  },
  {
    file: "routing.ts",
    find: " || signalName(node) !== name",
    replace: "",
    says: "a signal gate takes any signal",
  },
];
