/**
 * The wire between one worker and Redis, in our hands: forwards bytes, or cuts, holds or loses them. Knows nothing of
 * Redis.
 *
 *   passing ── stall ──► stalled (connections are accepted, nothing goes either way) ── pass ──► passing, held bytes late
 *           ── swallow ─► swallowing (requests arrive, answers are dropped) ── pass ──► passing, who missed an answer is cut
 *           ── refuse ──► refusing (nobody listens) ── pass ──► passing
 *           ── cut ─────► passing, every connection ended
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  readonly url: string;
  /** Ends all connections and answers how many there were. */
  cut(): number;
  stall(): void;
  /** Nobody listens any more. Resolves when that is so. */
  refuse(): Promise<void>;
  swallow(): void;
  /** Back to forwarding; answers how many connections were held or missed an answer. */
  pass(): Promise<number>;
  /** Where connections lead that are opened from now on; those that are there stay where they are. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  /** An answer was dropped: what follows would be taken for that answer, so the connection cannot go on. */
  missedAnswer: boolean;
}

/** Listens on a free port of this machine and forwards to `targetPort`. */
export async function openTcpProxy(targetPort: number): Promise<TcpProxy> {
  const links = new Set<Link>();
  let target = targetPort;
  let mode: "passing" | "stalled" | "swallowing" = "passing";

  const end = (link: Link): void => {
    links.delete(link);
    link.near.destroy();
    link.far.destroy();
  };
  const endAll = (ended: readonly Link[]): number => {
    for (const link of ended) end(link);
    return ended.length;
  };
  const join = (near: Socket): void => {
    const link: Link = { near, far: connect(target, "127.0.0.1"), missedAnswer: false };
    links.add(link);
    near.on("data", (bytes) => link.far.write(bytes));
    link.far.on("data", (bytes) => {
      if (mode === "swallowing") link.missedAnswer = true;
      else near.write(bytes);
    });
    for (const socket of [near, link.far]) {
      socket.setNoDelay(true);
      socket.on("error", () => end(link));
      socket.on("close", () => end(link));
      if (mode === "stalled") socket.pause();
    }
  };

  const server = createServer(join);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${port}`,
    cut: () => endAll([...links]),
    stall() {
      mode = "stalled";
      for (const { near, far } of links) for (const socket of [near, far]) socket.pause();
    },
    async refuse() {
      server.close();
      endAll([...links]);
      await once(server, "close");
    },
    swallow() {
      mode = "swallowing";
    },
    async pass() {
      if (!server.listening) await once(server.listen(port, "127.0.0.1"), "listening");
      const wasStalled = mode === "stalled";
      mode = "passing";
      if (!wasStalled) return endAll([...links].filter(({ missedAnswer }) => missedAnswer));
      for (const { near, far } of links) for (const socket of [near, far]) socket.resume();
      return links.size;
    },
    leadTo(port) {
      target = port;
    },
    async close() {
      server.close();
      endAll([...links]);
      if (server.listening) await once(server, "close");
    },
  };
}
