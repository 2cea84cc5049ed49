/**
 * The log of a worker: for each of its components one, and for what belongs to a run or a step one that says so in every line.
 * Where the lines go is up to whoever makes the worker.
 */
import type { LogComponent } from "@runfleet/model";
import type { ActionLog } from "./action.js";

/** The log of one component of the worker. */
export type ComponentLog = (component: LogComponent) => ActionLog;

/** Without `debug`, such lines are left out, and nobody puts one together. */
type GivenLog = Omit<ActionLog, "debug"> & Partial<Pick<ActionLog, "debug">>;

/** What a worker is given: one log for all its components, or one for each. */
export type WorkerLog = GivenLog | ((component: LogComponent) => GivenLog);

/** The `debug` of a log that was given without. */
export const noDebug: ActionLog["debug"] = () => undefined;

type Fields = Readonly<Record<string, unknown>>;

/** A log for each component; every line has these fields. Without one for each, the lines themselves name it. */
export function componentLogs(log: WorkerLog, fields: Fields): ComponentLog {
  if (typeof log === "function") return (component) => withFields(whole(log(component)), fields);
  const all = whole(log);
  return (component) => withFields(all, { component, ...fields });
}

function whole(log: GivenLog): ActionLog {
  return { ...log, debug: log.debug?.bind(log) ?? noDebug };
}

/** The same log with these fields in every line; what a line says itself goes before them. */
export function withFields(log: ActionLog, fields: Fields): ActionLog {
  return {
    debug: log.debug === noDebug ? noDebug : (message, own) => log.debug(message, { ...fields, ...own }),
    info: (message, own) => log.info(message, { ...fields, ...own }),
    warn: (message, own) => log.warn(message, { ...fields, ...own }),
    error: (message, own) => log.error(message, { ...fields, ...own }),
  };
}

/** Told of errors that somebody gets over by himself. */
export function troubleIn(log: ActionLog): (error: unknown) => void {
  return (error) => log.warn("trouble", { error: String(error) });
}
