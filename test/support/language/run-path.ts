/** The path a scripted run has taken, as one line that a test can compare. */
import type { createWorld } from "../engine/world.js";

type World = ReturnType<typeof createWorld>;

/** Names of the steps in the order they began, with their status unless it is completed, then how the run ended. */
export function runPath(world: World): string {
  const steps = world.stepLines().map((line) => line.replace(/#1\b/, "").replace(/ (\w+)$/, " ($1)"));
  const ended = world.decision()?.ended?.status ?? "open";
  return [...steps, ended].join(", ").replaceAll(" (completed)", "");
}

/** Lets the run go to its end: people approve what they are asked, and whatever waits for time gets it. */
export function runToEnd(world: World): void {
  for (let round = 0; round < 100 && world.decision()?.ended === undefined; round += 1) {
    const before = world.facts.length;
    const gate = [...world.steps.values()].find(
      ({ kind, status }) => kind === "gate" && status === "waiting",
    );
    if (gate !== undefined) world.approve(gate.address);
    const isAnswered = world.facts.slice(before).some(({ type }) => type === "gate.resolved");
    if (!isAnswered) world.toDeadline();
  }
}
