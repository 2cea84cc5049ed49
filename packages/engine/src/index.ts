/** Every decision of a run as one pure function over plain data. Performs nothing: no clock, no I/O, no promise. */
export { decide } from "./decide.js";
export type { DecideEnv, Decision, Ending } from "./decision.js";
export { type FlowOutput, parseFlowOutput } from "./flow-output.js";
export { givenTo } from "./given/given-to.js";
export { newState } from "./new-state.js";
export { type DerivedOutput, deriveFromOutput, outputProblems } from "./output-schema/check-output.js";
export { describeOutputSchema, plainOutputInstruction } from "./output-schema/describe-output-schema.js";
export type { OutputField, OutputSchema, OutputType } from "./output-schema/output-schema.js";
export { type ReadOutputSchema, readOutputSchema } from "./output-schema/read-output-schema.js";
export { decodeState, encodeState } from "./parts.js";
export { compile, type Plan } from "./plan.js";
export { type SubstitutionMode, substitute } from "./template.js";
