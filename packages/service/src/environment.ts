/**
 * Configuration of a process from its environment: every variable Runfleet reads, checked once at the start.
 * Flags of commands come before it; that order is the command's business.
 */
import { poolProblem, RunfleetError, type ScalingPolicyInput, scalingPolicySchema } from "@runfleet/model";
import { z } from "zod";
import type { PodPlace } from "./deletion-cost.js";
import { type LogLevels, parseLogLevels } from "./log-levels.js";

const redisAddress = z
  .string()
  .regex(
    /^rediss?(-cluster)?:\/\/\S+$/,
    "must be a redis://, rediss://, redis-cluster:// or rediss-cluster:// address",
  );
/** One for all partitions, or one each. */
const redisAddresses = z
  .string()
  .regex(
    /^(\s*rediss?(-cluster)?:\/\/\S+)(\s+rediss?(-cluster)?:\/\/\S+)*\s*$/,
    "must be a redis://, rediss://, redis-cluster:// or rediss-cluster:// address, or several between spaces",
  );
const plainName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,100}$/, "may only hold letters, digits, dot, dash, underscore");
const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, "must be a whole number")
  .transform(Number);

/** As Kubernetes lets pods and namespaces be called. */
const podWord = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "must be a name of Kubernetes");
const httpsPort = 443;

/** A quorum: with an even number of servers one more could be away without anybody noticing a difference. */
const quorum = z
  .string()
  .transform((text) => text.split(",").map((url) => url.trim()))
  .pipe(z.array(redisAddress))
  .refine((urls) => urls.length % 2 === 1 && new Set(urls).size === urls.length, {
    message: "must name an odd number of different servers, between commas",
  });

/** Below it, each pause of Redis, of the wire or of the garbage collector would cost a worker its runs. */
const leaseTtlMsMin = 500;

/** JSON: pool → policy, with the names that `setScaling` has. What is absent stays so; each pool is checked as a whole. */
const poolPolicies = z.string().transform((text, context): Readonly<Record<string, ScalingPolicyInput>> => {
  const checked = z.record(z.string(), z.unknown()).safeParse(jsonValue(text));
  if (!checked.success) {
    context.addIssue('must be JSON: {"POOL": {"max": 20, …}, …}');
    return z.NEVER;
  }
  for (const [pool, policy] of Object.entries(checked.data)) {
    const problem = poolProblem(pool);
    if (problem !== undefined) context.addIssue(problem);
    const issues = scalingPolicySchema.safeParse(policy).error?.issues ?? [];
    for (const { path, message } of issues) context.addIssue(`${[pool, ...path].join(".")}: ${message}`);
  }
  return checked.data as Readonly<Record<string, ScalingPolicyInput>>;
});

/** Between commas. */
const listOfPools = z.string().transform((text, context): readonly string[] => {
  const pools = poolNames(text);
  for (const problem of pools.map(poolProblem)) if (problem !== undefined) context.addIssue(problem);
  return pools;
});

function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What cannot be read is no record either.
    return undefined;
  }
}

const levelsOfLog = z.string().transform((text, context): LogLevels => {
  const { levels, problems } = parseLogLevels(text);
  for (const problem of problems) context.addIssue(problem);
  return levels;
});

export const environmentDefaults = {
  namespace: "rf",
  concurrency: 32,
  graceMs: 10_000,
} as const;

/** Each with its meaning, which is what the reference says of it. */
const variables = z.object({
  REDIS_URL: redisAddresses
    .optional()
    .describe(
      "The fleet's Redis, `redis://` or `rediss://`, of a cluster `redis-cluster://` or `rediss-cluster://`. Several between spaces: one for each partition.",
    ),
  RUNFLEET_PARTITIONS: wholeNumber
    .optional()
    .describe(
      "Into how many partitions the namespace is divided; the same for every process. Default: as many as addresses in `REDIS_URL`.",
    ),
  RUNFLEET_NAMESPACE: plainName
    .optional()
    .describe(`Keeps fleets on one Redis apart. Default \`${environmentDefaults.namespace}\`.`),
  RUNFLEET_HOME: z
    .string()
    .optional()
    .describe("Where `runfleet dev` keeps its state. Default `.runfleet` of the project."),
  RUNFLEET_LOG: levelsOfLog
    .optional()
    .describe("How much each component logs, such as `info,lease=debug`. Default `info`."),
  RUNFLEET_CONCURRENCY: wholeNumber
    .refine((runs) => runs >= 1, "must be at least 1")
    .optional()
    .describe(`Runs one worker executes at once. Default ${environmentDefaults.concurrency}.`),
  RUNFLEET_POOLS: listOfPools
    .optional()
    .describe("Pools a worker takes runs of, between commas. Default `default`."),
  RUNFLEET_LEASE_REDIS: quorum
    .optional()
    .describe("Servers that keep the leases, an odd number between commas. Default: the fleet's own Redis."),
  RUNFLEET_LEASE_TTL_MS: wholeNumber
    .refine((ttlMs) => ttlMs >= leaseTtlMsMin, `must be at least ${leaseTtlMsMin}`)
    .optional()
    .describe("How long a lease lives without renewal: how long the runs of a dead worker stand still."),
  RUNFLEET_GRACE_MS: wholeNumber
    .optional()
    .describe(
      `How long a stopping process waits for steps that are running. Default ${environmentDefaults.graceMs}.`,
    ),
  RUNFLEET_SCALING: poolPolicies
    .optional()
    .describe('Policies of pools as JSON, `{"POOL": {"max": 20}}`, which a server sets when it starts.'),
  RUNFLEET_API_TOKENS: z
    .string()
    .optional()
    .describe(
      "Who may use the server: `name:role:secret` between commas. Empty: this machine alone, as admin.",
    ),
  RUNFLEET_SECRET_KEYS: z
    .string()
    .optional()
    .describe(
      "Keys that secret inputs are sealed with: `id:base64` between commas, the first one for new ones.",
    ),
  POD_NAME: podWord
    .optional()
    .describe(
      "The pod this process is in; with `POD_NAMESPACE` it writes there what its deletion would cost.",
    ),
  POD_NAMESPACE: podWord.optional().describe("The namespace of that pod."),
  KUBERNETES_SERVICE_HOST: z.string().optional().describe("Set by Kubernetes: where its API is."),
  KUBERNETES_SERVICE_PORT: wholeNumber.optional().describe("Set by Kubernetes: the port of its API."),
});

/** Every variable of `readEnvironment` with its meaning, for the reference. */
export function describeEnvironment(): readonly { readonly name: string; readonly meaning: string }[] {
  return Object.entries(variables.shape).map(([name, schema]) => ({
    name,
    meaning: schema.description ?? "",
  }));
}

export interface Environment {
  readonly redisUrl: string | undefined;
  readonly partitions: number | undefined;
  readonly namespace: string;
  /** Directory where `dev` keeps its state. */
  readonly home: string | undefined;
  /** How much each component of the process logs; undefined = what the configuration says. */
  readonly logLevels: LogLevels | undefined;
  /** Runs one worker executes at once. */
  readonly concurrency: number;
  readonly pools: readonly string[];
  readonly leaseTtlMs: number | undefined;
  /** Servers that keep the leases; undefined = the fleet's own Redis. */
  readonly leaseRedisUrls: readonly string[] | undefined;
  /** `name:role:secret` between commas, as the server reads them; empty = none. */
  readonly apiTokens: string;
  /** `id:base64` between commas, as client and worker read them; undefined = none. */
  readonly secretKeys: string | undefined;
  /** How long a stopping process waits for running work. */
  readonly graceMs: number;
  /** By pool; a server sets them when it starts. */
  readonly scaling: Readonly<Record<string, ScalingPolicyInput>>;
  /** The pod this process is in, where it is told `POD_NAME` and `POD_NAMESPACE`: it writes there what its deletion would cost. */
  readonly pod: PodPlace | undefined;
}

/** Throws `invalid_config` naming every variable that cannot be used; values are not repeated, they may be secrets. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  // An empty variable is one that somebody switched off.
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new RunfleetError("invalid_config", `the environment cannot be used: ${problems.join("; ")}`, {
      details: { problems },
    });
  }
  const { data } = parsed;
  return {
    redisUrl: data.REDIS_URL,
    partitions: data.RUNFLEET_PARTITIONS,
    namespace: data.RUNFLEET_NAMESPACE ?? environmentDefaults.namespace,
    home: data.RUNFLEET_HOME,
    logLevels: data.RUNFLEET_LOG,
    concurrency: data.RUNFLEET_CONCURRENCY ?? environmentDefaults.concurrency,
    pools: data.RUNFLEET_POOLS ?? poolNames(undefined),
    leaseTtlMs: data.RUNFLEET_LEASE_TTL_MS,
    leaseRedisUrls: data.RUNFLEET_LEASE_REDIS,
    secretKeys: data.RUNFLEET_SECRET_KEYS,
    apiTokens: data.RUNFLEET_API_TOKENS ?? "",
    graceMs: data.RUNFLEET_GRACE_MS ?? environmentDefaults.graceMs,
    scaling: data.RUNFLEET_SCALING ?? {},
    pod: podPlaceOf(data),
  };
}

/** Undefined outside of a cluster, and where nobody wants the pod to be written to. */
function podPlaceOf(data: z.infer<typeof variables>): PodPlace | undefined {
  const { POD_NAME: name, POD_NAMESPACE: namespace, KUBERNETES_SERVICE_HOST: apiHost } = data;
  if (name === undefined || namespace === undefined || apiHost === undefined) return undefined;
  return { name, namespace, apiHost, apiPort: data.KUBERNETES_SERVICE_PORT ?? httpsPort };
}

/** Pool names of a comma-separated text; `default` when there are none. */
export function poolNames(text: string | undefined): readonly string[] {
  const names = (text ?? "").split(",").map((name) => name.trim());
  const given = names.filter((name) => name !== "");
  return given.length === 0 ? ["default"] : [...new Set(given)];
}
