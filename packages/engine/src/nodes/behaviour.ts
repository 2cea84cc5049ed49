/**
 * What a kind of node can do. A behaviour reads and writes the run only through the turn; it keeps nothing itself.
 * `nodes/index.ts` has one behaviour per kind.
 */
import type { Address, BlockedOn, EngineEvent, Frame, KeptStep, Node, Trail } from "@runfleet/model";
import type { Settlement } from "../settlement.js";
import type { Turn } from "../turn.js";

/** An open node. */
export interface Spot<N extends Node, F extends Frame> {
  readonly at: Address;
  readonly node: N;
  readonly frame: F;
}

/** A step whose end is known before it begins. */
export interface KeptSpot<N extends Node> {
  readonly at: Address;
  readonly node: N;
  readonly ordinal: number;
  readonly kept: KeptStep;
}

export interface SettledChild {
  readonly at: Address;
  readonly settlement: Settlement;
}

/** Events for one frame: they name it, or (signals) they name what it waits for. */
export type FrameEvent = Extract<EngineEvent, { address: string } | { type: "signalReceived" }>;

/** What a frame itself waits for: work of this worker, something outside, or nothing (only its children). */
export interface Wait {
  readonly local?: true;
  readonly blockedOn?: BlockedOn;
}

export interface NodeBehaviour<N extends Node, F extends Frame> {
  /** Opens a frame or settles at once. */
  open(turn: Turn, at: Address, node: N): void;
  /** Only steps: ends at once as it ended in the run that this one is a fork of. */
  keep?(turn: Turn, spot: KeptSpot<N>): void;
  /** Goes on where the node was when the run failed. Absent: opened anew. */
  reopen?(turn: Turn, spot: Spot<N, F>, trail: Trail): void;
  childSettled?(turn: Turn, spot: Spot<N, F>, child: SettledChild): void;
  /** Returns why the event is ignored, or nothing. */
  on?(turn: Turn, spot: Spot<N, F>, event: FrameEvent): string | undefined;
  /** The frame's time has come. */
  due?(turn: Turn, spot: Spot<N, F>): void;
  /** Stops what the frame itself waits for; blocks follow when their children have settled. */
  stop?(turn: Turn, spot: Spot<N, F>, reason: string): void;
  /** A new activation: asks again for local work that was in flight. */
  resume?(turn: Turn, spot: Spot<N, F>): void;
  /** Absent: only for its children. */
  waitsFor?(spot: Spot<N, F>): Wait;
}
