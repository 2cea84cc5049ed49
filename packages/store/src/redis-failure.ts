/**
 * What went wrong with Redis, as one of our errors. A server that cannot be reached, is loading, is full or refuses us
 * is `redis_unavailable`; an answer that only a mistake in our own commands can cause is `internal`.
 */
import { isRunfleetError, RunfleetError } from "@runfleet/model";

/** First words of error replies that only our own mistakes cause. */
const ownMistakes: ReadonlySet<string> = new Set(["ERR", "WRONGTYPE", "CROSSSLOT", "RUNFLEET", "NOSCRIPT"]);

/** `doing` names the script or command for the message. */
export function toRunfleetError(error: unknown, doing: string): RunfleetError {
  if (isRunfleetError(error)) return error;
  const said = error instanceof Error ? error.message : String(error);
  const message = inOurWords(error) ?? said;
  const code = isReply(error) && isOwnMistake(message) ? "internal" : "redis_unavailable";
  return new RunfleetError(code, `Redis: ${doing}: ${message}`, { cause: withoutCommand(error) });
}

/** The client hangs the command with all its arguments on its errors: inputs and outputs of runs, not for logs. */
function withoutCommand(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const bare = new Error(error.message);
  bare.name = error.name;
  if (error.stack !== undefined) bare.stack = error.stack;
  return bare;
}

/** Runs one command; a failure becomes one of our errors. */
export function withRedis<T>(doing: string, command: () => Promise<T>): Promise<T> {
  return command().catch((error: unknown) => {
    throw toRunfleetError(error, doing);
  });
}

/** What the client or the server says to programmers, for the people who read it. */
function inOurWords(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // The client's own words advise which of its options to change.
  if (error.name === "MaxRetriesPerRequestError") return "it cannot be reached";
  return error.message.startsWith("MOVED ")
    ? "it is a member of a cluster, so its address begins with redis-cluster:// or rediss-cluster://"
    : undefined;
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === "ReplyError";
}

function isOwnMistake(message: string): boolean {
  const word = message.split(" ", 1)[0] ?? "";
  // "ERR max number of clients reached" is the one ERR that is not about the command.
  return ownMistakes.has(word) && !message.includes("max number of clients");
}
