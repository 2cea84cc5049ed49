import { expect, test } from "vitest";
import { typedDemo, typedProgram } from "./typed-command.js";

test.each<[string, NodeJS.ProcessEnv, string, string]>([
  ["npm start", { npm_command: "start", npm_lifecycle_event: "start" }, "npx runfleet", "npm start --"],
  [
    "npm run start",
    { npm_command: "run-script", npm_lifecycle_event: "start" },
    "npx runfleet",
    "npm start --",
  ],
  ["npx", { npm_command: "exec", npm_lifecycle_event: "npx" }, "npx runfleet", "npx runfleet demo"],
  ["an installed command", {}, "runfleet", "runfleet demo"],
])("hints name what was typed: %s", (_what, env, program, demo) => {
  expect([typedProgram(env), typedDemo(env)]).toEqual([program, demo]);
});
