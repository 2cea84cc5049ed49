/**
 * A call of a script the way it goes over the wire, put together in one go. The client would copy the list of arguments three
 * times and make four strings of each argument; our calls have seventy. Knows no script.
 */
import { Command } from "ioredis";

export type ScriptValue = string | number;

/** What the server runs: a script it knows by its hash, or one that comes with its text. */
export interface ScriptCall {
  readonly name: "evalsha" | "eval";
  /** Hash or text. */
  readonly script: string;
  /** As `bulkOf` makes them. */
  readonly keys: readonly string[];
  readonly values: readonly string[];
  /** Absent when there are no keys. */
  readonly firstKey: string | undefined;
}

export class ScriptCommand extends Command {
  readonly #text: string;

  constructor(call: ScriptCall) {
    const { name, script, firstKey } = call;
    // For the client's own use: in a cluster the slot of the first key says where the call goes.
    super(name, firstKey === undefined ? [script, 0] : [script, 1, firstKey], { replyEncoding: "utf8" });
    this.#text = textOf(call);
  }

  override toWritable(): string {
    return this.#text;
  }
}

function textOf({ name, script, keys, values }: ScriptCall): string {
  const words = 3 + keys.length + values.length;
  const head = `*${words}\r\n${bulkOf(name)}${bulkOf(script)}${bulkOf(keys.length)}`;
  return head + keys.join("") + values.join("");
}

const emptyBulk = "$0\r\n\r\n";
const zeroBulk = "$1\r\n0\r\n";

/** One word of a command: its length in bytes, itself. */
export function bulkOf(value: ScriptValue): string {
  if (value === "") return emptyBulk;
  if (value === 0) return zeroBulk;
  const text = typeof value === "string" ? value : String(value);
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
