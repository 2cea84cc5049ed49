// The server process of w9: the HTTP side as `runfleet server` runs it, with Bull Board.
import { createClient } from "@runfleet/client";
import { startServer } from "@runfleet/server";
import { lookAtProcess, serve, setup } from "../serve.mjs";

const fleet = createClient({ redis: setup.redisUrl, namespace: setup.name });
const server = await startServer({
  ...{ fleet, port: 0, requestsPerMinute: 1_000_000 },
  board: { redis: setup.redisUrl, namespace: setup.name },
  log: (line) => console.error("server:", line),
});

serve({
  look: lookAtProcess,
  address: async () => server.url,
  async stop() {
    await server.stop();
    await fleet.close();
  },
});
