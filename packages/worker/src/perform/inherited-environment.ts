/** What programs of steps inherit of the worker's own environment: everything but what belongs to the fleet alone. */

/** Keys and tokens of Runfleet itself. No step needs them, and any step could print them. */
const withheld: ReadonlySet<string> = new Set(["RUNFLEET_SECRET_KEYS", "RUNFLEET_API_TOKENS"]);

export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.has(name)));
}
