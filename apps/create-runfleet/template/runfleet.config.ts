// What the workers of this project can do, and where its workflows are.
import { defineConfig } from "@runfleet/worker";
import { greet } from "./actions/greet.js";

export default defineConfig({ actions: [greet], workflows: "./workflows" });
