/** Signals: named messages from outside. One that comes before its gate is open is kept until a gate takes it. */
import { limits } from "@runfleet/model";
import { partName } from "../parts.js";
import { type Turn, touch } from "../turn.js";

export interface Signal {
  readonly name: string;
  readonly data?: string;
}

/** Takes the oldest kept signal of a name. */
export function takeSignal(turn: Turn, name: string): Signal | undefined {
  const { signals } = turn.state.core;
  const index = signals.findIndex((signal) => signal.name === name);
  if (index < 0) return undefined;
  touch(turn, partName.signals);
  return signals.splice(index, 1)[0];
}

/** Keeps a signal nobody waits for yet; beyond the limit the oldest is dropped. */
export function keepSignal(turn: Turn, signal: Signal): void {
  touch(turn, partName.signals);
  const { signals } = turn.state.core;
  signals.push(signal);
  if (signals.length > limits.signalsMax) signals.shift();
}
