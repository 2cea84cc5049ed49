/**
 * A call of a script the way it goes over the wire, put together in one go. The client would copy the list of arguments three
 * times and make four strings of each argument; our calls have seventy. Knows no script.
 */
import { Command } from "ioredis";

export type ScriptValue = string | number;

export class ScriptCommand extends Command {
  readonly #text: string;

  /** `call` is the whole command. The client looks at the key alone: in a cluster its slot says where the call goes. */
  constructor(name: "evalsha" | "eval", script: string, call: CallText) {
    const { firstKey } = call;
    super(name, firstKey === undefined ? [script, 0] : [script, 1, firstKey], { replyEncoding: "utf8" });
    this.#text = call.text;
  }

  override toWritable(): string {
    return this.#text;
  }
}

export interface CallText {
  readonly text: string;
  /** Absent when there are no keys. */
  readonly firstKey: string | undefined;
}

/** What stands before a word of so many bytes: the end of the word before it, and the length. */
const heads = Array.from({ length: 1_024 }, (_, bytes) => headOf(bytes));

function headOf(bytes: number): string {
  return `\r\n$${bytes}\r\n`;
}

/** The command that is being put together. A list that is written over again and again costs nobody a new one. */
const pieces: string[] = [];
let filled = 0;
let words = 0;

/** Begins a command; what another one left unfinished is forgotten. */
export function beginCall(): void {
  filled = 1;
  words = 0;
}

export function addWord(value: ScriptValue): void {
  const text = typeof value === "string" ? value : String(value);
  const bytes = Buffer.byteLength(text);
  pieces[filled] = heads[bytes] ?? headOf(bytes);
  pieces[filled + 1] = text;
  filled += 2;
  words += 1;
}

/** One word as `addText` wants it. */
export function wordText(word: string): string {
  return `${headOf(Buffer.byteLength(word))}${word}`;
}

/** So many words that are put together already, or a part of them. */
export function addText(text: string, wordCount: number): void {
  pieces[filled] = text;
  filled += 1;
  words += wordCount;
}

/** The command as a whole. */
export function endCall(): string {
  pieces[0] = `*${words}`;
  pieces[filled] = "\r\n";
  pieces.length = filled + 1;
  return pieces.join("");
}
