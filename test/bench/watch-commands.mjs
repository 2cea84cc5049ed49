// Every command that Redis executes, by MONITOR over a plain connection: a client library takes the first lines for answers when
// something happens in the very moment in which it begins to watch.
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

/** Of a script: its command, digest, number of keys and first key. More no name needs. */
const wordsMax = 4;

/**
 * Resolves when the watch has begun, to what ends it.
 * @param {import("ioredis").Redis} redis the server to watch
 * @param {(words: readonly string[], source: string) => void} onCommand the first words of each; source: an address, or `lua`
 * @returns {Promise<() => void>}
 */
export async function watchCommands(redis, onCommand) {
  const { host = "127.0.0.1", port = 6379 } = redis.options;
  const socket = connect({ host, port });
  const lines = createInterface({ input: socket });
  await once(socket, "connect");
  const begun = once(lines, "line");
  socket.write("MONITOR\r\n");
  await begun;
  lines.on("line", (line) => {
    const { words, source } = readLine(line);
    if (words.length > 0) onCommand(words, source);
  });
  return () => socket.destroy();
}

/**
 * `+1796063876.439037 [0 127.0.0.1:60424] "get" "key"`. Pure.
 * @param {string} line
 */
export function readLine(line) {
  const source = /^\+[\d.]+ \[\d+ (\S+)\]/.exec(line)?.[1] ?? "";
  /** @type {string[]} */
  const words = [];
  for (const [, word = ""] of line.matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
    words.push(word);
    if (words.length === wordsMax) break;
  }
  return { words, source };
}
