// What the workers of process tests do: one action for every call, by the call's name. Each writes into a ledger outside
// Redis when it begins and how it ended, so that a test can tell what was really executed, where and when.
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/**
 * @typedef {import("@runfleet/worker").ActionContext<Record<string, string>>} Context
 * @typedef {{ what: "begun" | "done" | "aborted", key: string, action: string, attempt: number, token: number, pid: number, at: number, reason?: string }} LedgerLine
 */

/** How long `slow` takes. */
export const slowMs = 700;
/** How long `block` keeps its whole process busy at most. */
const blockMsMax = 60_000;

/** What ends a `block`, when it exists. @param {string} ledger */
export function unblockFile(ledger) {
  return `${ledger}.unblock`;
}

/** What lets attempts of an action go on that waits for it. @param {string} ledger @param {string} action */
export function freeFile(ledger, action) {
  return `${ledger}.free.${action}`;
}

/** Actions whose names begin so wait until somebody frees them. */
const heldPrefix = "held_";
/** Those of them that take effect at most once, without a probe. */
const onceActions = ["held_pay", "held_send"];
const freeLookMs = 20;

/** @param {Context} context @param {string} ledger */
async function untilFreed({ action, signal }, ledger) {
  while (!existsSync(freeFile(ledger, action))) await pause(freeLookMs, undefined, { signal });
}

/** True the first time this is asked on this ledger, in any process. @param {string} ledger @param {string} what */
function isFirst(ledger, what) {
  if (existsSync(`${ledger}.${what}`)) return false;
  writeFileSync(`${ledger}.${what}`, "");
  return true;
}

/** Call name → what it does; any other does nothing. @type {Readonly<Record<string, (context: Context, ledger: string) => Promise<void> | void>>} */
const doings = {
  slow: ({ signal }) => pause(slowMs, undefined, { signal }),
  hang: ({ signal }) => pause(3_600_000, undefined, { signal }),
  flaky({ attempt }) {
    if (attempt === 1) throw new Error("the first attempt fails");
  },
  block(_context, ledger) {
    if (!isFirst(ledger, "block")) return;
    const end = performance.now() + blockMsMax;
    while (performance.now() < end && !existsSync(unblockFile(ledger)));
  },
  leak({ signal }) {
    void Promise.reject(new Error("nobody awaits this"));
    return pause(3_600_000, undefined, { signal });
  },
  leak_nameless(_context, ledger) {
    if (isFirst(ledger, "leak"))
      queueMicrotask(() => {
        throw new Error("nobody knows whose this is");
      });
  },
};

/** @param {string} ledger @returns {import("@runfleet/worker").WorkerConfig} */
export function configWith(ledger) {
  const run = async (/** @type {Context} */ context) => {
    const { action, attempt, idempotencyKey: key, fencingToken } = context;
    /** @param {Pick<LedgerLine, "what" | "reason">} line */
    const note = (line) => {
      const place = { key, action, attempt, token: Number(fencingToken), pid: process.pid, at: Date.now() };
      appendFileSync(ledger, `${JSON.stringify({ ...line, ...place })}\n`);
    };
    note({ what: "begun" });
    context.log.info(`begun by ${process.pid}`);
    context.signal.addEventListener("abort", () =>
      note({ what: "aborted", reason: String(context.signal.reason) }),
    );
    await (action.startsWith(heldPrefix) ? untilFreed : doings[action])?.(context, ledger);
    note({ what: "done" });
    return {};
  };
  return {
    actions: onceActions.map((name) => ({ name, effect: /** @type {const} */ ("at-most-once"), run })),
    fallback: { name: "any", run },
  };
}
