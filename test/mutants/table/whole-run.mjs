// Bugs in the run as a whole: phases, memory, variables, what is reported. What the members mean is said in ../mutants.mjs.

/** @type {readonly import('../mutants.mjs').Mutant[]} */
export const wholeRun = [
  {
    file: "run-phases.ts",
    find: 'if (settlement.type === "completed") return { status: "completed" };',
    replace: 'if (settlement.type === "completed" && cancel === undefined) return { status: "completed" };',
    says: "a run that completed in spite of a cancel counts as cancelled",
  },
  {
    file: "run-phases.ts",
    find: "if (turn.plan.definition.always.length === 0) {",
    replace: 'if (turn.plan.definition.always.length === 0 || ending.status === "cancelled") {',
    says: "a cancelled run does not clean up",
  },
  {
    file: "run-phases.ts",
    find: "return retries === 0 ? alwaysAddress",
    replace: "return retries >= 0 ? alwaysAddress",
    says: "a retried run cleans up under the addresses of the first time",
  },
  {
    file: "run-phases.ts",
    find: "  delete state.cancel;\n",
    replace: "",
    says: "a run that is retried after its timeout stops at once",
  },
  {
    file: "run-phases.ts",
    find: "    stopBelow(turn, alwaysRoot(turn.state.core), ",
    replace: "    void (turn.state.core.retries, ",
    says: "the always block may take for ever",
  },
  {
    file: "turn.ts",
    find: "  return cancel !== undefined;\n",
    replace: '  return cancel !== undefined && phase !== "body";\n',
    says: "a body that is stopping opens further steps",
  },
  {
    file: "turn.ts",
    find: "    touch(turn, partName.frame(address));\n    delete",
    replace: "    delete",
    says: "closed frames stay in the store",
  },
  {
    file: "results.ts",
    find: " && !reservedNames.has(entry[0])",
    replace: "",
    says: "an output can pretend to be the run's id",
  },
  {
    file: "results.ts",
    find: "const times = (member(turn.state.ends, name)?.times ?? 0) + 1;",
    replace: "const times = 1;",
    says: "the summary counts no repetitions",
  },
  {
    file: "variables.ts",
    find: "!Object.hasOwn(injected, name) && ",
    replace: "",
    says: "an output wins over a variable of the worker",
  },
  {
    file: "template.ts",
    find: '.replaceAll("\'", ',
    replace: ".replaceAll('\"', ",
    says: "a quote in a value ends the quoting in a script",
  },
  {
    file: "conditions.ts",
    find: '?.toLowerCase() === "true"',
    replace: ' === "true"',
    says: "an input TRUE is not true",
  },
  {
    file: "report.ts",
    find: '  if (phase === "body" && cancel === undefined) first = Math.min(first, deadline ?? first);\n',
    replace: "",
    says: "nobody is told when the run times out",
  },
  {
    file: "plan.ts",
    find: "nodes.set(at, inScope(branch, node));",
    replace: "nodes.set(at, branch);",
    says: "branches do not take over output and with of their block",
  },
  {
    file: "ending.ts",
    find: "own.findLast(({ name }) => Object.hasOwn(state.ends, name))?.result;",
    replace: "own.find(({ name }) => Object.hasOwn(state.ends, name))?.result;",
    says: "the parent gets the markers of the first step",
  },
  {
    file: "parts.ts",
    find: "  contexts.sort((left, right) => left.n - right.n);\n",
    replace: "",
    says: "contexts read back are in the order of their names",
  },
  {
    file: "address-order.ts",
    find: "Number.parseInt(step, 10)",
    replace: "step.charCodeAt(0)",
    says: "the eleventh branch comes before the second",
  },
  {
    file: "drain.ts",
    find: "one.kept.endedAt - other.kept.endedAt || one.ordinal - other.ordinal",
    replace: "one.ordinal - other.ordinal",
    says: "the branches a fork keeps end in the order in which they began",
  },
  {
    file: "nodes/kept-attempt.ts",
    find: '  if (status === "cancelled") leaveStopped(turn, spot);\n  else if',
    replace: "  if",
    says: "a branch that was stopped failed by itself in the fork",
  },
  {
    file: "nodes/gate.ts",
    find: '  if (status === "completed" && context !== undefined) hear(turn, context);\n',
    replace: "",
    says: "a fork forgets what people said at a gate it keeps",
  },
  {
    file: "nodes/kept-attempt.ts",
    find: "    firstAttempt: 1,",
    replace: "    firstAttempt: attempt,",
    says: "a fork says that a step it keeps failed after one attempt",
  },
];
