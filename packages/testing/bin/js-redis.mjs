/**
 * The process of the embedded Redis of last resort: `js-redis-server` on a loopback port, in memory only.
 * Plain JavaScript, because it is started the same way from source and from the build. Started by a parent with
 * an IPC channel: argument = port (0: any), one message `{ port }` or `{ error }` when decided, exit when the
 * parent goes. Builds the listener itself, since the package's own one accepts connections from every network.
 */
import { createServer } from "node:net";

const leave = () => process.exit(0);
// Before anything slow: the parent may be gone already.
process.on("disconnect", leave);
process.on("SIGTERM", leave);

const core = await import("js-redis-server/core");
const state = new core.RedisServerState({ databaseCount: 16 });
const executor = core.createRedisCommandExecutor();
const logger = { error: (/** @type {unknown} */ problem) => void process.stderr.write(`${problem}\n`) };

const listener = createServer({ keepAlive: true, noDelay: true }, (socket) => {
  const clientAddress = `${socket.remoteAddress}:${socket.remotePort}`;
  core.attachSession(new core.SocketConnectionTransport(socket), { state, executor, logger, clientAddress });
});
listener.once("error", (error) => {
  process.send?.({ error: error.message }, () => process.exit(1));
});
listener.listen({ host: "127.0.0.1", port: Number(process.argv[2] ?? "0") }, () => {
  const address = listener.address();
  process.send?.({ port: typeof address === "object" && address !== null ? address.port : 0 });
});
