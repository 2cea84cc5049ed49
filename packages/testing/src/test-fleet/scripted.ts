/** What a test may say an action does, and the real action a worker makes of it. Executes nothing. */
import { RunfleetError } from "@runfleet/model";
import type { ActionContext, ActionResult, AnyAction } from "@runfleet/worker";

/** Gets all variables of the step as texts in `input`. */
export type ActionFunction = (
  context: ActionContext<Readonly<Record<string, string>>>,
) => ActionResult<unknown> | undefined | Promise<ActionResult<unknown> | undefined>;

/** One call: a result, an error it fails with, or code. */
export type ScriptedCall = ActionResult<unknown> | Error | ActionFunction;

const calls = Symbol("calls");

/** Answers for calls, one after the other. */
export interface Scripted {
  readonly [calls]: readonly ScriptedCall[];
}

/** A result for each call, the same for every one, code, or an action as workers have it. */
export type ActionScript = Scripted | ActionResult<unknown> | ActionFunction | AnyAction;

/** An action that answers its calls in this order; one call more is an error of the test. */
export function scripted(answers: readonly ScriptedCall[]): Scripted {
  if (!Array.isArray(answers) || answers.length === 0) {
    throw new RunfleetError("invalid_usage", "scripted: needs a list with an answer for each call");
  }
  return { [calls]: answers };
}

/** The action under this name. Scripts begin anew with every action made of them. */
export function actionOf(
  name: string,
  script: ActionScript,
  complain: (error: RunfleetError) => void,
): AnyAction {
  if (typeof script === "function") return { name, run: async (context) => script(context) };
  if (calls in script) return scriptedAction(name, script[calls], complain);
  if (!("run" in script)) return { name, run: async () => script };
  if (script.name === name) return script;
  throw new RunfleetError(
    "invalid_usage",
    `testFleet: the action "${script.name}" stands under "${name}" in actions; use its own name, or a list`,
  );
}

function scriptedAction(
  name: string,
  answers: readonly ScriptedCall[],
  complain: (error: RunfleetError) => void,
): AnyAction {
  let count = 0;
  return {
    name,
    async run(context: ActionContext<never>) {
      const answer = answers[count];
      count += 1;
      if (answer === undefined) {
        const { address, runId } = context;
        const error = new RunfleetError(
          "invalid_usage",
          `the action "${name}" is scripted for ${answers.length} calls, and step ${address} of run ${runId} is call ${count}; add an answer to scripted([…])`,
        );
        complain(error);
        throw error;
      }
      if (answer instanceof Error) throw answer;
      return typeof answer === "function" ? answer(context) : answer;
    },
  };
}

/** Takes every call that the test has no action for: the step fails, and so does the test. */
export function unscripted(known: readonly string[], complain: (error: RunfleetError) => void): AnyAction {
  return {
    name: "unscripted",
    async run({ action, address, runId }) {
      const has = known.length === 0 ? "it has none" : `it has: ${known.join(", ")}`;
      const error = new RunfleetError(
        "action_not_found",
        `step ${address} of run ${runId} calls "${action}", which this test fleet has no action for (${has}); add it to actions`,
      );
      complain(error);
      throw error;
    },
  };
}
