/**
 * The gate types Runfleet itself knows. Every other type needs a resolver, which a worker registers; `pr_approval`
 * and `pr_checks` are such types, listed here only because they have no options of their own.
 */

/** Types that work without a registered resolver: each worker brings what they need. */
export const builtinGateTypes: ReadonlySet<string> = new Set([
  "http",
  "human_approval",
  "human_review",
  "quality_gate",
  "signal",
]);

/** Types whose options are all known, so that an unknown one is a mistake and not a parameter for a resolver. */
export const closedGateTypes: ReadonlySet<string> = new Set([
  "human_approval",
  "human_review",
  "quality_gate",
]);

export const defaultGateTimeoutMs = 86_400_000;

/** Option names every gate understands; a resolver's parameters cannot have them. */
export const gateOptionNames: ReadonlySet<string> = new Set([
  "type",
  "prompt",
  "min_approvals",
  "mode",
  "timeout",
  "on_timeout",
  "as",
  "options",
]);
