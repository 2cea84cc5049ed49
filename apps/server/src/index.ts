/** The HTTP side of a fleet. Holds no state of runs. */
export { type RunningServer, type ServerOptions, startServer } from "./start-server.js";
