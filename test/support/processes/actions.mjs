// What the workers of process tests do: one action for every call, by the call's name. Each writes into a ledger outside
// Redis when it begins and how it ended, so that a test can tell what was really executed, where and when.
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/**
 * @typedef {import("@runfleet/worker").ActionContext<Record<string, string>>} Context
 * @typedef {{ what: "begun" | "done" | "aborted", key: string, action: string, attempt: number, pid: number, at: number, reason?: string }} LedgerLine
 */

/** How long `slow` takes. */
export const slowMs = 700;
/** How long `block` keeps its whole process busy at most. */
const blockMsMax = 60_000;

/** What ends a `block`, when it exists. @param {string} ledger */
export function unblockFile(ledger) {
  return `${ledger}.unblock`;
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
  return {
    fallback: {
      name: "any",
      async run(/** @type {Context} */ context) {
        const { action, attempt, idempotencyKey: key } = context;
        /** @param {Pick<LedgerLine, "what" | "reason">} line */
        const note = (line) => {
          const whole = { ...line, key, action, attempt, pid: process.pid, at: Date.now() };
          appendFileSync(ledger, `${JSON.stringify(whole)}\n`);
        };
        note({ what: "begun" });
        context.signal.addEventListener("abort", () =>
          note({ what: "aborted", reason: String(context.signal.reason) }),
        );
        await doings[action]?.(context, ledger);
        note({ what: "done" });
        return {};
      },
    },
  };
}
