// The worker process of the soak: ended runs leave after so short a time that their number levels off.
import { openWorker } from "../measured-worker.mjs";
import { lookAtProcess, serve } from "../serve.mjs";

const keptMs = 20_000;

const worker = await openWorker({ retention: { default: { ageMs: keptMs } } });

serve({ look: lookAtProcess, stop: () => worker.stop() });
