/**
 * Which open runs a deployment would break: every version of a workflow that runs still use is held to what is to be
 * deployed. A run keeps its version, so a changed workflow breaks none; what breaks runs is a name they call that is
 * gone, and a child they will start that wants other inputs. Pure.
 */
import {
  type Diagnostic,
  type DiagnosticCode,
  type ValidationContext,
  validateDefinition,
} from "@runfleet/language";
import type { Definition } from "@runfleet/model";

/** A version of a workflow, and the runs that use it. */
export interface LiveVersion {
  readonly hash: string;
  readonly definition: Definition;
  readonly runs: LiveRuns;
}

export interface LiveRuns {
  readonly count: number;
  /** Some of them, the newest first. */
  readonly ids: readonly string[];
}

export interface LiveFinding extends Pick<Diagnostic, "severity" | "message" | "hint"> {
  readonly code: DiagnosticCode;
  readonly workflow: string;
  readonly hash: string;
  readonly runs: LiveRuns;
}

/** A schedule as far as it matters to the starts it will make. */
export interface LiveSchedule {
  readonly name: string;
  readonly workflow: string;
  readonly inputs: Readonly<Record<string, string>>;
}

export interface ScheduleFinding {
  readonly schedule: string;
  readonly workflow: string;
  readonly message: string;
  readonly hint: string;
}

/** What depends on what is deployed. All else was checked when the version was published, and does not change. */
const changeable: ReadonlySet<string> = new Set<DiagnosticCode>([
  "unknown_action",
  "unknown_fallback_action",
  "unknown_gate_type",
  "unknown_item_provider",
  "unknown_workflow",
  "missing_input",
]);

/** What makes an action, gate or provider known again. */
const remedies: Readonly<Partial<Record<DiagnosticCode, string>>> = {
  unknown_action: 'keep it until they have ended, or name the one that takes its place `aliases: ["…"]`',
  unknown_fallback_action: "keep it until they have ended, or name it among the `aliases` of another",
  unknown_gate_type: "keep its resolver until they have ended",
  unknown_item_provider: "keep it until they have ended",
  missing_input: "give the input a default, or publish the workflow under another name",
};

/** Per version and message once, in the order of the versions. `deployedFor`: what a workflow will find. */
export function findBroken(
  versions: readonly LiveVersion[],
  deployedFor: (workflow: string) => ValidationContext,
): LiveFinding[] {
  return versions.flatMap(({ hash, definition, runs }) => {
    const found = validateDefinition(definition, deployedFor(definition.name)).filter(({ code }) =>
      changeable.has(code),
    );
    const once = new Map(found.map((diagnostic) => [diagnostic.message, diagnostic]));
    return [...once.values()].map(({ severity, code, message, hint }) => ({
      ...{ severity, code: code as DiagnosticCode, message, workflow: definition.name, hash, runs },
      hint: [hint, remedies[code as DiagnosticCode]].filter(Boolean).join("; "),
    }));
  });
}

/** Schedules whose next start the new version of their workflow would refuse. */
export function findRefusedSchedules(
  schedules: readonly LiveSchedule[],
  definitionOf: (workflow: string) => Definition | undefined,
): ScheduleFinding[] {
  return schedules.flatMap(({ name, workflow, inputs }) => {
    const missing = (definitionOf(workflow)?.inputs ?? []).filter(
      (input) => input.required && inputs[input.name] === undefined,
    );
    return missing.map((input) => ({
      ...{ schedule: name, workflow },
      message: `the workflow \`${workflow}\` requires the input \`${input.name}\`, which the schedule does not give`,
      hint: "give the input a default, or add it to the schedule when the version is published",
    }));
  });
}
