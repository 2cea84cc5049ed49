// The Runfleet side's worker process: an action that does nothing, and one that says when it was called.
import { openWorker, sharedNow } from "./measured-worker.mjs";
import { lookAtProcess, serve, setup } from "./serve.mjs";

const worker = await openWorker({
  ...(setup.kept === undefined ? {} : { retention: { default: { count: setup.kept } } }),
  actions: [{ name: "arrived", run: async () => ({ context: String(sharedNow()) }) }],
});

serve({ look: lookAtProcess, stop: () => worker.stop() });
