/** The spans of what one activation performs: attempts of calls and scripts, lists of items, polls of gates. */
import {
  type Context,
  context,
  propagation,
  type Span,
  type SpanAttributes,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { AbortAttempt, LocalCommand, Outcome, WorkerEvent } from "@runfleet/model";
import { attributes, spanWords } from "./attributes.js";
import { noteFailure } from "./failures.js";
import { genAiAttributes } from "./gen-ai.js";
import { traceContextOf } from "./trace-context.js";
import { quietly } from "./tracer.js";

type TracedCommand = Exclude<LocalCommand, AbortAttempt>;

/** What the work inside a span may pass on. */
export interface StepTrace {
  /** Headers by which others join the trace: `traceparent`, and whatever the process' propagators add. */
  readonly headers: Readonly<Record<string, string>>;
  /** For lines of the log. */
  readonly logFields: { readonly trace_id: string; readonly span_id: string };
}

export interface StepSpans {
  /** Does the work with its span as the active one, and answers as it does. `undefined`: there is no span after all. */
  perform(
    command: TracedCommand,
    work: (step: StepTrace | undefined) => Promise<WorkerEvent>,
  ): Promise<WorkerEvent>;
  /** Ends the spans of what still goes on: nobody takes its results any more. */
  abandon(): void;
}

/** `common`: attributes of every span of the run. */
export function createStepSpans(tracer: Tracer, under: Context, common: SpanAttributes): StepSpans {
  const open = new Set<Span>();
  const begin = (command: TracedCommand) => {
    const span = tracer.startSpan(
      nameOf(command),
      { kind: SpanKind.INTERNAL, attributes: { ...common, ...attributesOf(command) } },
      under,
    );
    open.add(span);
    const active = trace.setSpan(under, span);
    return { span, active, step: stepTraceOf(span, active) };
  };
  const end = (span: Span, note: () => void): void => {
    if (!open.delete(span)) return;
    quietly(note);
    quietly(() => span.end());
  };
  return {
    async perform(command, work) {
      const begun = quietly(() => begin(command));
      if (begun === undefined) return work(undefined);
      const { span, active, step } = begun;
      const event = await context.with(active, () => work(step));
      end(span, () => noteEvent(span, command, event));
      return event;
    },
    abandon() {
      for (const span of open) end(span, () => span.setAttribute(attributes.outcome, "abandoned"));
    },
  };
}

function stepTraceOf(span: Span, active: Context): StepTrace {
  const headers: Record<string, string> = { ...traceContextOf(span.spanContext()) };
  propagation.inject(active, headers);
  const { traceId, spanId } = span.spanContext();
  return { headers, logFields: { trace_id: traceId, span_id: spanId } };
}

function nameOf(command: TracedCommand): string {
  const name = command.type === "runAction" ? command.action : command.node.name;
  return `${spanWords[command.type]} ${name}`;
}

function attributesOf(command: TracedCommand): SpanAttributes {
  return {
    [attributes.stepKey]: command.address,
    ...("attempt" in command ? { [attributes.attempt]: command.attempt } : {}),
    ...(command.type === "runAction"
      ? { [attributes.actionName]: command.action }
      : { [attributes.stepName]: command.node.name }),
    ...(command.type === "pollGate" ? { [attributes.gateType]: command.node.gateType } : {}),
  };
}

function noteEvent(span: Span, command: TracedCommand, event: WorkerEvent): void {
  if (event.type === "attemptEnded") noteOutcome(span, command, event.outcome);
  if (event.type === "itemsCollected") span.setAttribute(attributes.items, event.items.length);
  if (event.type === "itemsFailed") noteFailure(span, event.error);
  if (event.type !== "gatePolled") return;
  span.setAttribute(attributes.outcome, event.verdict);
  if (event.problem !== undefined) noteFailure(span, { code: "gate_poll_failed", message: event.problem });
}

function noteOutcome(span: Span, command: TracedCommand, outcome: Outcome): void {
  span.setAttribute(attributes.outcome, outcome.type);
  if (command.type === "runAction" && outcome.usage !== undefined) {
    const { action: agent, model } = command;
    span.setAttributes(genAiAttributes(outcome.usage, { agent, ...(model === undefined ? {} : { model }) }));
  }
  if ("error" in outcome) noteFailure(span, outcome.error);
  else if (outcome.type === "in_doubt") noteFailure(span, { code: "in_doubt", message: outcome.reason });
  // Whoever cancels knows; a step that was given up for its time did not do what it should.
  else if (outcome.type === "cancelled" && outcome.reason === "timeout")
    noteFailure(span, { code: "timeout", message: "the attempt took longer than it may" });
  else if (outcome.type === "cancelled")
    span.setStatus({ code: SpanStatusCode.UNSET, message: outcome.reason });
}
