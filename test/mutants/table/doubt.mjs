// Bugs in what becomes of a call that may have had its effect. What the members mean is said in ../mutants.mjs.

/** @type {readonly import('../mutants.mjs').Mutant[]} */
export const doubt = [
  {
    file: "nodes/attempts.ts",
    find: "  if (frame.returned === undefined && frame.given === undefined) suspectEffect(turn, frame);\n",
    replace: "",
    says: "an attempt that was in flight at a takeover is taken for one that never ran",
  },
  {
    file: "nodes/attempts.ts",
    find: "  frame.returned = true;\n",
    replace: "",
    says: "an attempt that was handed back is taken for one that may have run",
  },
  {
    file: "nodes/attempts.ts",
    find: "  if (mayHaveRun) frame.mayHaveRun",
    replace: "  if (mayHaveRun && attempt < 0) frame.mayHaveRun",
    says: "a retry of the run forgets that an attempt may have run",
  },
  {
    file: "nodes/attempts.ts",
    find: "  else suspectEffect(turn, spot.frame);\n",
    replace: "",
    says: "an attempt that failed is taken for one without effect",
  },
  {
    file: "nodes/attempts.ts",
    find: "outcome.noEffect) delete spot.frame.mayHaveRun;",
    replace: "outcome.noEffect) suspectEffect(turn, spot.frame);",
    says: "nobody believes that a failure was harmless",
  },
  {
    file: "nodes/attempts.ts",
    find: "  else suspectEffect(turn, frame);\n",
    replace: "",
    says: "an attempt that timed out is taken for one without effect",
  },
  {
    file: "nodes/attempts.ts",
    find: '["deadline", "given", "returned", "used"]',
    replace: '["deadline", "returned"]',
    says: "the next attempt gets the result that was given for the one before",
  },
  {
    file: "nodes/attempts.ts",
    find: '  if (said.type === "retry") delete frame.mayHaveRun;\n  else frame.given',
    replace: '  if (said.type !== "retry") frame.given',
    says: "a person says that nothing has happened, and the step is in doubt again",
  },
  {
    file: "nodes/doubt.ts",
    find: " && !turn.env.run.dryRun",
    replace: "",
    says: "a dry run has doubts",
  },
  {
    file: "nodes/doubt.ts",
    find: '  if (verdict === "rejected") return givenUp(event);\n',
    replace: "",
    says: "a step in doubt cannot be given up by a rejection",
  },
  {
    file: "nodes/doubt.ts",
    find: "  delete frame.deadline;\n",
    replace: "",
    says: "a step times out while a person is asked about it",
  },
  {
    file: "nodes/attempt-wait.ts",
    find: '  if (frame.phase === "doubt") return { blockedOn: doubtWait(spot) };\n',
    replace: "",
    says: "a run with a step in doubt holds a worker",
  },
];
