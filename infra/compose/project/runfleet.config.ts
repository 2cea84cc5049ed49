// The project that compose.yaml gives its workers until RUNFLEET_PROJECT names yours: no actions, scripts only.
import { defineConfig } from "@runfleet/worker";

export default defineConfig({});
