/**
 * Whether a definition can be used where it is meant to run: are the actions, gate types, providers and workflows it
 * names there, can every step it refers to have run before, do called workflows get their inputs. What cannot be known
 * (a member of the context that is absent) is not checked. Asks nobody itself: pure.
 */
import type { Definition } from "@runfleet/model";
import { walkNodes } from "../definition/walk-nodes.js";
import { type Diagnostic, sortDiagnostics, unknownPosition } from "../diagnostics/diagnostic.js";
import { diagnosticCodes } from "../diagnostics/diagnostic-codes.js";
import { diagnosticsMax } from "../diagnostics/reporter.js";
import { checkEffects } from "./check-effects.js";
import { checkNamedFiles } from "./check-named-files.js";
import { checkReferences } from "./check-references.js";
import { checkRegistered } from "./check-registered.js";
import { checkScripts } from "./check-scripts.js";
import { checkNesting, checkShape } from "./check-shape.js";
import { checkTargets } from "./check-targets.js";
import { checkWorkflowGraph } from "./check-workflow-graph.js";
import type { PathFinding } from "./finding.js";
import type { ValidationContext } from "./validation-context.js";

/** Findings, in the order of their places; of very many only the first ones. Without positions they stand at line 1. */
export function validateDefinition(definition: Definition, context: ValidationContext): Diagnostic[] {
  const findings: PathFinding[] = [];
  const find = (finding: PathFinding): void => {
    if (findings.length < diagnosticsMax) findings.push(finding);
  };
  for (const placed of walkNodes(definition)) {
    // The other checks are recursive: nothing else is looked at.
    if (checkNesting(placed, find)) return toDiagnostics(findings, context);
  }
  const world = { ...context, ...withOwnName(definition, context.workflows) };
  checkShape(definition, find);
  checkTargets(definition, world, find);
  checkRegistered(definition, world, find);
  checkReferences(definition, world, find);
  checkScripts(definition, world, find);
  checkNamedFiles(definition, world, find);
  checkWorkflowGraph(definition, world, find);
  checkEffects(definition, find);
  return toDiagnostics(findings, context);
}

/** Every workflow is asked for once. */
function withOwnName(
  definition: Definition,
  workflows: ValidationContext["workflows"],
): Pick<ValidationContext, "workflows"> {
  if (workflows === undefined) return {};
  const known = new Map<string, Definition | undefined>([[definition.name, definition]]);
  return {
    workflows(name) {
      if (!known.has(name)) known.set(name, workflows(name));
      return known.get(name);
    },
  };
}

function toDiagnostics(findings: readonly PathFinding[], { positions }: ValidationContext): Diagnostic[] {
  const diagnostics = findings.map(({ code, path, message, hint: given }) => {
    const hint = typeof given === "function" ? given() : given;
    return {
      severity: diagnosticCodes[code].severity,
      code,
      message,
      hint: hint ?? diagnosticCodes[code].remedy,
      ...(positions?.(path) ?? unknownPosition),
    };
  });
  return sortDiagnostics(diagnostics);
}
