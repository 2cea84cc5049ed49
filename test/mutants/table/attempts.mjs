// Bugs in the steps that are tried several times: calls, scripts, child workflows. What the members mean is said in ../mutants.mjs.

/** @type {readonly import('../mutants.mjs').Mutant[]} */
export const attempts = [
  {
    file: "nodes/attempts.ts",
    find: "if (failures > node.retries) {",
    replace: "if (failures >= node.retries) {",
    says: "a step has one retry less",
  },
  {
    file: "nodes/attempts.ts",
    find: "  if (answer.child === undefined) addOwnUsage(turn, outcome.usage);",
    replace: '  if (outcome.type === "succeeded") addOwnUsage(turn, outcome.usage);',
    says: "failed attempts cost nothing",
  },
  {
    file: "nodes/attempts.ts",
    find: "frame.deadline = turn.env.now + delayMs;",
    replace: "frame.deadline = turn.env.now;",
    says: "the pause before a retry is left out",
  },
  {
    file: "nodes/attempts.ts",
    find: '  if (kind.abort(turn, spot, "timeout")) expired(turn, kind, spot);\n',
    replace: "",
    says: "an attempt whose time is over is not told",
  },
  {
    file: "nodes/attempts.ts",
    find: "if (frame.stopReason === undefined) retry(turn, kind, spot, { error });",
    replace: "if (frame.phase !== undefined) retry(turn, kind, spot, { error });",
    says: "a step that is to stop tries again after its timeout",
  },
  {
    file: "nodes/attempts.ts",
    find: '      if (spot.frame.phase === "running") askAgain(turn, kind, spot);\n',
    replace: "",
    says: "after a takeover nobody asks again for what was in flight",
  },
  {
    file: "nodes/attempts.ts",
    find: '["deadline", "given",',
    replace: '["given",',
    says: "an attempt without a timeout keeps the deadline of the pause before it",
  },
  {
    file: "nodes/call.ts",
    find: " || event.attempt !== frame.attempt",
    replace: "",
    says: "the late end of an earlier attempt is taken for that of the newest",
  },
  {
    file: "nodes/attempt-end.ts",
    find: "  setEmptyResult(turn, nameOf(node), { status, ordinal, error });\n",
    replace: "",
    says: "a failed step keeps the markers of an earlier success",
  },
  {
    file: "nodes/attempt-end.ts",
    find: 'settle(turn, at, { type: "completed", skipped: true });',
    replace: 'settle(turn, at, { type: "completed" });',
    says: "a forgiven failure counts as a success",
  },
  {
    file: "nodes/attempt-end.ts",
    find: 'if (settlement.type !== "cancelled") {',
    replace: "if (settlement.type.length > 0) {",
    says: "a step that was stopped with its on_fail agent counts as failed",
  },
  {
    file: "nodes/attempt-context.ts",
    find: "frame.firstAttempt + node.retries - frame.attempt",
    replace: "node.retries - frame.attempt",
    says: "attempts are told a wrong number of retries",
  },
  {
    file: "nodes/child.ts",
    find: " || event.childId !== frame.childId",
    replace: "",
    says: "the end of an earlier child is taken for that of the newest",
  },
  {
    file: "nodes/child.ts",
    find: 'retryable: status === "failed"',
    replace: "retryable: true",
    says: "a cancelled child is tried again",
  },
  {
    file: "nodes/child.ts",
    find: "setResult(turn, name, found);",
    replace: "void [turn, name, found];",
    says: "steps of a child are no conditions of its parent",
  },
  {
    file: "backoff.ts",
    find: "return Math.max(askedMs, configuredMs(backoff));",
    replace: "return configuredMs(backoff);",
    says: "what a failed attempt asks for is not waited for",
  },
  {
    file: "bounds.ts",
    find: "return sizeBytes > bytesMax ?",
    replace: "return sizeBytes > 2 * bytesMax ?",
    says: "limits of outputs are twice as large",
  },
];
