/** Nothing but the folder of the workflows: this example needs no code. */
import { defineConfig } from "@runfleet/worker";

export default defineConfig({ workflows: "." });
