/** A step in doubt in the oracle: a person is asked until there is a word, while a stop may come. */
import { type Failure, type GivenResult, noDeadlineAt, type Outcome, type Usage } from "@runfleet/model";
import { type Attempt, entry, nameOf } from "./asking.js";
import { first } from "./clock.js";
import type { Machine } from "./machine.js";

export type Word =
  | { readonly type: "retry" }
  | { readonly type: "done"; readonly given: GivenResult }
  | { readonly type: "fail"; readonly error: Failure }
  | { readonly type: "stop" };

/** `used`: by all tries of this attempt. */
export async function wordOn(
  machine: Machine,
  step: Attempt,
  {
    reason,
    used,
  }: Pick<Extract<Outcome, { type: "in_doubt" }>, "reason"> & { readonly used: Usage | undefined },
): Promise<Word> {
  const { log } = machine;
  const place = { address: step.at, name: nameOf(step.node) };
  log.note({ type: "step.in_doubt", reason, ...place, attempt: step.attempt });
  log.note({ type: "gate.waiting", ...place, deadline: noDeadlineAt });
  log.record({ ...entry(step, "waiting"), ...(used && { usage: used }) });
  let isOpen = true;
  const word = ask(machine, step, () => isOpen);
  const what = await first({ word, stop: step.stop.requested });
  isOpen = false;
  if (what === "stop") return { type: "stop" };
  const { verdict, feedback, selections, result = {} } = await word;
  const said = { ...(feedback !== undefined && { feedback }), ...(selections && { selections }) };
  log.note({ type: "gate.resolved", ...place, verdict, by: "ann", ...said });
  if (verdict === "rejected" || selections?.[0] === "fail")
    return { type: "fail", error: { code: "in_doubt", message: feedback ?? given } };
  if (selections?.[0] === "done") return { type: "done", given: result };
  return { type: "retry" };
}

const given = "ann gave it up; nobody knew whether it had its effect";

/** Whoever says nothing that can be understood is asked again. */
async function ask({ clock, doubts, program }: Machine, { at }: Attempt, isOpen: () => boolean) {
  for (;;) {
    const nth = doubts.get(at) ?? 0;
    doubts.set(at, nth + 1);
    const answer = program.answers.doubt(at, nth);
    await clock.until(clock.now() + answer.afterMs);
    const { verdict, selections = [] } = answer;
    const isWord = selections.length === 1 && ["retry", "done", "fail"].includes(selections[0] ?? "");
    if (!isOpen() || verdict === "rejected" || isWord) return answer;
  }
}
