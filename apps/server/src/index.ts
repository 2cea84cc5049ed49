/** The HTTP side of a fleet. Holds no state of runs. */
export { type ApiToken, parseTokens } from "./access/tokens.js";
export type { AuditEntry } from "./audit.js";
export { type RunningServer, type ServerOptions, startServer } from "./start-server.js";
