/** The values of a run's secret inputs on this worker: known, or why not. Kept in memory for one activation only. */
import type { Activation, RunfleetError } from "@runfleet/model";
import { isRunfleetError } from "@runfleet/model";
import type { SecretBox } from "@runfleet/store";

export interface OpenedSecrets {
  /** Absent when the run has none, or they cannot be read. */
  readonly values?: Readonly<Record<string, string>>;
  readonly unreadable?: RunfleetError;
}

export function openSecrets(
  { run, sealed }: Pick<Activation, "run" | "sealed">,
  box: SecretBox,
): OpenedSecrets {
  if (sealed === undefined) return {};
  try {
    return { values: box.open(`run ${run.id}`, sealed) };
  } catch (error) {
    if (!isRunfleetError(error)) throw error;
    return { unreadable: error };
  }
}
