/**
 * Spares the client what it does with every reply: it makes text of the whole of it, with all lists in it, and then asks
 * whether the connection watches others (MONITOR), which none of ours does. Changes the client's own class, so what it answers stays the same.
 */
import { createRequire } from "node:module";

interface ReplyHandler {
  readonly redis: { readonly status: string };
  handleMonitorReply?(reply: unknown): boolean;
}

const changed = new WeakSet<object>();

/** Where the client has no such method, nothing is changed: in another release of it, and in a program made into one file. */
export function askBeforeReading(): void {
  const prototype = clientsHandler();
  const read = prototype?.handleMonitorReply;
  if (prototype === undefined || read === undefined || changed.has(prototype)) return;
  changed.add(prototype);
  prototype.handleMonitorReply = function handleMonitorReply(this: ReplyHandler, reply) {
    return this.redis.status === "monitoring" && read.call(this, reply);
  };
}

function clientsHandler(): ReplyHandler | undefined {
  try {
    const found = createRequire(import.meta.url)("ioredis/built/DataHandler.js") as {
      readonly default?: { readonly prototype: ReplyHandler };
    };
    return found.default?.prototype;
  } catch (error) {
    if (codesNotFound.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

const codesNotFound: ReadonlySet<string> = new Set([
  "MODULE_NOT_FOUND",
  "ERR_PACKAGE_PATH_NOT_EXPORTED",
  // In one file of CommonJS a module has no place.
  "ERR_INVALID_ARG_VALUE",
]);
