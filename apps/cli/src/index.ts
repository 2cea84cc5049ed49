/** What other programs may use of the command line: the development fleet and loading of configurations. */
export { type DevFleet, type DevFleetOptions, startDevFleet } from "./dev/dev-fleet.js";
export { type LoadedConfig, loadConfig } from "./load-config.js";
