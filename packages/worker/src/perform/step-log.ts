/** What one step says, in the log of its run as well as in the worker's. Values of secrets are masked before they get here. */
import { agentKey, type LocalCommand, type LogKind } from "@runfleet/model";
import type { ActionLog } from "../action.js";
import type { RunLog, SayingStep } from "../run-log.js";
import { type LineSink, printedLines } from "./printed-lines.js";

type SayingCommand = Exclude<LocalCommand, { readonly type: "abortAttempt" }>;

function sayingStep(command: SayingCommand): SayingStep {
  const { address, node } = command;
  const name = node.kind === "call" ? agentKey(node.agent) : node.name;
  return { address, name, attempt: "attempt" in command ? command.attempt : 1 };
}

/** What a program of the step prints. */
export function printedBy(command: SayingCommand, log: RunLog, kind: "stdout" | "stderr"): LineSink {
  const step = sayingStep(command);
  return printedLines((line) => log.say(step, kind, line));
}

/** An action's log whose lines the run keeps. */
export function keptLog(command: SayingCommand, log: RunLog): ActionLog {
  const step = sayingStep(command);
  const say =
    (kind: LogKind) =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void =>
      log.say(step, kind, fields === undefined ? message : `${message} ${fieldsText(fields)}`);
  return { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
}

/** Every line to both. */
export function bothLogs(one: ActionLog, other: ActionLog): ActionLog {
  const both =
    (level: keyof ActionLog): ActionLog["info"] =>
    (message, fields) => {
      one[level](message, fields);
      other[level](message, fields);
    };
  return { debug: both("debug"), info: both("info"), warn: both("warn"), error: both("error") };
}

/** What cannot be written as JSON is not worth losing the message for. */
function fieldsText(fields: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(fields, (_, value: unknown) => {
      if (value instanceof Error) return value.stack ?? value.message;
      return typeof value === "bigint" ? String(value) : value;
    });
  } catch {
    return "(its fields cannot be shown)";
  }
}
