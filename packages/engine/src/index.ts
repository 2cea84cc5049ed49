/** Every decision of a run as one pure function over plain data. Performs nothing: no clock, no I/O, no promise. */
export { decide } from "./decide.js";
export type { DecideEnv, Decision, Ending } from "./decision.js";
export { type FlowOutput, parseFlowOutput } from "./flow-output.js";
export { newState } from "./new-state.js";
export { decodeState, encodeState } from "./parts.js";
export { compile, type Plan } from "./plan.js";
export { type SubstitutionMode, substitute } from "./template.js";
