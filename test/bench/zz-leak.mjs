import { withPlace, setupOf } from "./place.mjs";
import { startMeasured } from "./processes.mjs";
process.exitCode = await withPlace("no", async (place) => {
  const setup = setupOf(place, "rf");
  const client = await startMeasured("soak/soak-client.mjs", setup);
  const worker = await startMeasured("soak/soak-worker.mjs", setup);
  await client.ask({ type: "load", perSecond: 300 });
  for (let i = 0; i < 6; i++) { await new Promise((r) => setTimeout(r, 10000)); console.log(i, "orphaning", await place.redis.zcard("{rf:0}:runs:orphaning"), "completed", await place.redis.zcard("{rf:0}:runs:completed")); }
  await client.ask({ type: "rest" });
  await client.stop(); await worker.stop();
  return 0;
});
