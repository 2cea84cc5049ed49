// The Runfleet side's worker process: an action that does nothing, and one that says when it was called.
import { openWorker, sharedNow } from "./measured-worker.mjs";
import { lookAtProcess, serve } from "./serve.mjs";

const worker = await openWorker({
  actions: [{ name: "arrived", run: async () => ({ context: String(sharedNow()) }) }],
});

serve({ look: lookAtProcess, stop: () => worker.stop() });
