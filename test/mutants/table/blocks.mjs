// Bugs in the blocks: loops, sequences, branches, parallel blocks. What the members mean is said in ../mutants.mjs.

/** @type {readonly import('../mutants.mjs').Mutant[]} */
export const blocks = [
  {
    file: "nodes/loop.ts",
    find: "return times >= node.stuckAfter;",
    replace: "return times > node.stuckAfter;",
    says: "a loop is stuck one iteration later",
  },
  {
    file: "nodes/loop.ts",
    find: "[...new Set(markersOf(turn, node.condition.step))].sort()",
    replace: "[...new Set(markersOf(turn, node.condition.step))]",
    says: "markers in another order count as other markers",
  },
  {
    file: "nodes/loop.ts",
    find: "? frame.streak.times + 1 : 1;",
    replace: "? frame.streak.times + 1 : (frame.streak?.times ?? 0) + 1;",
    says: "other markers in between do not end a row of equal ones",
  },
  {
    file: "nodes/loop.ts",
    find: "frame.iteration - frame.firstIteration >= node.maxIterations",
    replace: "frame.iteration - frame.firstIteration > node.maxIterations",
    says: "a loop runs once more than its cap",
  },
  {
    file: "nodes/loop.ts",
    find: "if (settlement.fatal || turn.env.run.failFast) {",
    replace: "if (settlement.fatal) {",
    says: "a failed iteration does not end the loop",
  },
  {
    file: "nodes/loop.ts",
    find: "      frame.failure ??= settlement.error;\n",
    replace: "",
    says: "a loop that goes on after a failed iteration forgets it",
  },
  {
    file: "nodes/loop.ts",
    find: 'frame: { kind: "loop", iteration, firstIteration: iteration } });',
    replace: 'frame: { kind: "loop", iteration, firstIteration: 0 } });',
    says: "a loop retried at its cap fails at once",
  },
  {
    file: "nodes/sequence.ts",
    find: "(settlement.fatal || turn.env.run.failFast)",
    replace: "settlement.fatal",
    says: "do goes on after a failure",
  },
  {
    file: "nodes/sequence.ts",
    find: "frame.failure ??= failed.error;",
    replace: "frame.failure = failed.error;",
    says: "a sequence fails with its last failure",
  },
  {
    file: "nodes/sequence.ts",
    find: "  if (failed.fatal) frame.fatal = true;\n",
    replace: "",
    says: "a sequence hands a fatal failure on as an ordinary one",
  },
  {
    file: "nodes/sequence.ts",
    find: "Math.min(...indexes)",
    replace: "Math.max(...indexes)",
    says: "a retried sequence begins with its last failure",
  },
  {
    file: "nodes/branch.ts",
    find: "reopen(turn, childAddress(at, 0), trail);",
    replace: "open(turn, childAddress(at, 0));",
    says: "a retried branch runs its whole body again",
  },
  {
    file: "nodes/parallel.ts",
    find: "&& failed > node.branches.length - required(node)",
    replace: "&& failed >= node.branches.length - required(node)",
    says: "fail_fast stops a block that could still succeed",
  },
  {
    file: "nodes/parallel.ts",
    find: "succeeded + skipped >= required(node)",
    replace: "succeeded >= required(node)",
    says: "skipped branches do not count as good",
  },
  {
    file: "nodes/parallel.ts",
    find: "wasCut && (enough || failure === undefined)",
    replace: "wasCut && failure === undefined && !enough",
    says: "a block that was cut completes when the other branches were enough",
  },
  {
    file: "nodes/parallel.ts",
    find: "return failed > 0 && failed >",
    replace: "return failed >",
    says: "a success can make a block hopeless",
  },
  {
    file: "nodes/parallel.ts",
    find: "    endWhenDone(turn, { at, node, frame: reopened });\n",
    replace: "",
    says: "a retried block with nothing to do again stays open",
  },
  {
    file: "nodes/parallel.ts",
    find: "    for (const branchAt of again) reopen(turn, branchAt, trailOf(trail, branchAt));",
    replace: "    for (const branchAt of again) open(turn, branchAt);",
    says: "a retried branch counts its attempts from 1 again",
  },
];
