/**
 * Sends everything that is asked of Redis within one round of the event loop with one system call. A worker has dozens of
 * runs in hand, and one reply of Redis moves several of them on: a call per command costs both sides more than the command.
 */
import type { Redis } from "ioredis";

export function gatherWrites(redis: Redis, onCommand: () => void = () => {}): void {
  const send = redis.sendCommand.bind(redis);
  let isGathering = false;
  redis.sendCommand = (command, into) => {
    onCommand();
    const { stream } = redis;
    if (!isGathering && stream?.writable) {
      isGathering = true;
      stream.cork();
      setImmediate(() => {
        isGathering = false;
        stream.uncork();
      });
    }
    return send(command, into);
  };
}
