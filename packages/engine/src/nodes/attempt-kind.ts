/** What a kind of retried step (call, script, child) says about itself; the rest is one behaviour for all of them. */
import type { AttemptFrame, ChildResult, EngineEvent, Outcome } from "@runfleet/model";
import type { Turn } from "../turn.js";
import type { AttemptSpot, RetriedNode } from "./attempt-end.js";
import type { Wait } from "./behaviour.js";

/** How an attempt ended; a child run brings what it hands to its parent. */
export interface Answer {
  readonly outcome: Outcome;
  readonly child?: ChildResult;
}

/** What is special about one kind of retried step. */
export interface AttemptKind<N extends RetriedNode> {
  readonly kind: AttemptFrame["kind"];
  /** How long a stopping attempt is waited for. */
  readonly stopMs: number;
  timeoutMs(turn: Turn, node: N): number | undefined;
  /** The answer when nobody needs to be asked. */
  immediate(turn: Turn, spot: AttemptSpot<N>): Answer | undefined;
  ask(turn: Turn, spot: AttemptSpot<N>): void;
  /** The event's answer to the attempt that is open, or nothing when it belongs to another one. */
  answer(spot: AttemptSpot<N>, event: EngineEvent): Answer | undefined;
  /** True when the attempt was never handed out, so that nobody will answer. */
  abort(turn: Turn, spot: AttemptSpot<N>, reason: "cancelled" | "fail_fast" | "timeout"): boolean;
  /** Whether a new activation must ask again. */
  readonly local: boolean;
  /** Told of every answer, before anything is made of it. */
  answered?(turn: Turn, spot: AttemptSpot<N>, answer: Answer): void;
  /** Around the recording of a success: what else later steps get to see. */
  before?(turn: Turn, answer: Answer): void;
  after?(turn: Turn, answer: Answer): void;
  waitsFor(spot: AttemptSpot<N>): Wait;
}
