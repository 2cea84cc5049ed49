// Starts one run and waits for its end: npm run greet Ada. What starts runs needs the client only, wherever it lives.
import { openFleet } from "./fleet.js";

const [who = "Ada"] = process.argv.slice(2);
const fleet = openFleet();
const run = await fleet.start("greeting", { inputs: { who } });
console.log(`started ${run.id}`);
for await (const event of run.events()) {
  console.log(event.type);
  if (event.type === "gate.waiting") console.log(`npx runfleet approve ${run.id}`);
}
const { status, steps } = await run.result();
console.log(`${status}: ${steps.at(-1)?.context ?? ""}`);
await fleet.close();
