// The worker process of the row `memory`: its action waits until it is told to go on.
import { openWorker } from "../measured-worker.mjs";
import { lookAtProcess, serve } from "../serve.mjs";

/** @type {(() => void)[]} */
let waiting = [];
/** @type {number[]} */
const calls = [];

const worker = await openWorker({
  actions: [
    {
      name: "held",
      run: () =>
        new Promise((resolve) => {
          calls.push(performance.now());
          waiting.push(() => resolve({}));
        }),
    },
  ],
});

serve({
  look: lookAtProcess,
  calls: async () => calls,
  async release() {
    const released = waiting;
    waiting = [];
    for (const goOn of released) goOn();
  },
  stop: () => worker.stop(),
});
