/** Actions for tests of whole runs: what they answer is given, and they remember what they were told. */
import type { ActionContext, ActionResult, Schema } from "@runfleet/worker";

type Told = ActionContext<Readonly<Record<string, string>>>;

/** Succeeds with the same result each time. */
export function gives(name: string, result: ActionResult<unknown> = {}, output?: Schema<unknown>) {
  return { name, run: () => Promise.resolve(result), ...(output === undefined ? {} : { output }) };
}

/** Fails each time. */
export function fails(name: string) {
  return { name, run: () => Promise.reject(new Error("no luck")) };
}

/** Throws what it is given, one after the other, and succeeds afterwards. */
export function throws(name: string, ...values: unknown[]) {
  const told: Told[] = [];
  const run = (context: Told) => {
    told.push(context);
    if (told.length <= values.length) return Promise.reject(values[told.length - 1]);
    return Promise.resolve({});
  };
  return { name, run, told };
}

/** Runs until it is let go of; an abort ends it with an error. */
export function waits(name: string) {
  let letGo: () => void = () => undefined;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const reasons: unknown[] = [];
  const run = ({ signal }: Told) =>
    new Promise<ActionResult<unknown>>((resolve, reject) => {
      letGo = () => resolve({});
      signal.addEventListener("abort", () => {
        reasons.push(signal.reason);
        reject(new Error("aborted"));
      });
      begin();
    });
  return { name, run, begun, reasons, letGo: () => letGo() };
}
