/** Workflow text and typed builders to definitions and back, with diagnostics people can act on. Pure: no I/O. */
export type { InputOption, WorkflowOptions } from "./build/build-workflow.js";
export {
  always,
  type Builder,
  block,
  branch,
  builderFor,
  call,
  callWorkflow,
  doWhile,
  foreach,
  gate,
  marker,
  parallel,
  qualityGate,
  script,
  sleep,
  unless,
  when,
  whileLoop,
  workflow,
} from "./build/builder.js";
export type {
  BlockOptions,
  BranchOptions,
  CallOptions,
  ChildOptions,
  ForeachOptions,
  LoopOptions,
  ParallelOptions,
  QualityGateOptions,
  RetryOptions,
  ScriptOptions,
  WaitingGateOptions,
} from "./build/step-options.js";
export type { DurationText, Vocabulary } from "./build/vocabulary.js";
export { builtinGateTypes } from "./definition/gate-types.js";
export { signalNames } from "./definition/signal-names.js";
export type { Diagnostic, Position } from "./diagnostics/diagnostic.js";
export {
  type DiagnosticCode,
  type DiagnosticCodeRow,
  diagnosticCodes,
} from "./diagnostics/diagnostic-codes.js";
export { formatDiagnostics } from "./diagnostics/format-diagnostics.js";
export { formatSource } from "./format/format-source.js";
export { buildGraph } from "./graph/build-graph.js";
export type {
  Graph,
  GraphEdge,
  GraphGroup,
  GraphGroupKind,
  GraphMember,
  GraphNode,
  GraphNodeKind,
} from "./graph/graph.js";
export { printDot } from "./graph/print-dot.js";
export { printMermaid } from "./graph/print-mermaid.js";
export { type Draft, type ParsedWorkflow, type Positions, parseWorkflow } from "./parse/parse-workflow.js";
export { type OutputOfStep, printReferences } from "./print/print-references.js";
export { printWorkflow } from "./print/print-workflow.js";
export { builtinItemProviders } from "./validate/check-foreach.js";
export { type NamedFile, namedFiles } from "./validate/check-named-files.js";
export { validateDefinition } from "./validate/validate-definition.js";
export { validateParsed } from "./validate/validate-parsed.js";
export type { Registered, ScriptProblem, ValidationContext } from "./validate/validation-context.js";
