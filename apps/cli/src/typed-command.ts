/** What a person has to type to reach this program, for hints. Only reads what npm leaves in the environment. */

/** `npx runfleet` when npm has started this process, `runfleet` otherwise. */
export function typedProgram(env: NodeJS.ProcessEnv): string {
  return env["npm_command"] === "exec" || isNpmStart(env) ? "npx runfleet" : "runfleet";
}

/** What the demo was started with; options can be put behind it. */
export function typedDemo(env: NodeJS.ProcessEnv): string {
  return isNpmStart(env) ? "npm start --" : `${typedProgram(env)} demo`;
}

function isNpmStart(env: NodeJS.ProcessEnv): boolean {
  return env["npm_lifecycle_event"] === "start";
}
