// A worker process of w6 with an action that notes when it was called; on the worker that will be killed it never ends.
import { once } from "node:events";
import { openWorker, sharedNow } from "../measured-worker.mjs";
import { serve, setup } from "../serve.mjs";

/** @type {number[]} */
const calls = [];

const worker = await openWorker({
  actions: [
    {
      name: "held",
      async run({ signal }) {
        calls.push(sharedNow());
        if (setup.holds) await once(signal, "abort");
        return {};
      },
    },
  ],
});

serve({ calls: async () => calls, stop: () => worker.stop() });
