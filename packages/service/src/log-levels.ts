/**
 * Which component of a process logs how much, as a text: `info,lease=debug,queue=warn` is `info` for all but two. A pure reading
 * of that text; the components are the model's table.
 */
import { type LogComponent, type LogLevel, logComponents, logLevels, RunfleetError } from "@runfleet/model";

export interface LogLevels {
  /** Of those that are not named. */
  readonly others: LogLevel;
  readonly components: Readonly<Partial<Record<LogComponent, LogLevel>>>;
}

const usualLevels: LogLevels = { others: "info", components: {} };

/** What can be read of it, and every entry that cannot, in words. An empty text says `info` of all. */
export function parseLogLevels(text: string): {
  readonly levels: LogLevels;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  let others: LogLevel | undefined;
  const components: Partial<Record<LogComponent, LogLevel>> = {};
  const entries = text.split(",").map((entry) => entry.trim());
  for (const entry of entries.filter((each) => each !== "")) {
    const [name, given] = entry.includes("=") ? entry.split("=", 2) : [undefined, entry];
    const level = (given ?? "").trim();
    const component = name?.trim();
    if (!isLevel(level)) problems.push(`${shown(level)} is no level; take one of ${logLevels.join(", ")}`);
    else if (component === undefined) {
      if (others !== undefined) problems.push(`${others} and ${level} are both said of all other components`);
      others = level;
    } else if (!isComponent(component)) {
      const known = Object.keys(logComponents).join(", ");
      problems.push(`${shown(component)} is no component; there are ${known}`);
    } else if (components[component] !== undefined) problems.push(`${component} is named twice`);
    else components[component] = level;
  }
  return { levels: { others: others ?? usualLevels.others, components }, problems };
}

/**
 * The levels of a process: what the environment says, else what the configuration says, else `info`.
 * Throws `invalid_config` for a text of the configuration that is none.
 */
export function readLogLevels(given: {
  readonly environment: LogLevels | undefined;
  readonly config?: string | undefined;
}): LogLevels {
  if (given.environment !== undefined) return given.environment;
  if (given.config === undefined) return usualLevels;
  const { levels, problems } = parseLogLevels(given.config);
  if (problems.length === 0) return levels;
  throw new RunfleetError("invalid_config", `\`log\` of the configuration: ${problems.join("; ")}`, {
    details: { problems },
  });
}

export function levelOf({ others, components }: LogLevels, component: LogComponent): LogLevel {
  return components[component] ?? others;
}

function isLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text);
}

function isComponent(text: string): text is LogComponent {
  return Object.hasOwn(logComponents, text);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 50));
}
