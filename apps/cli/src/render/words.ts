/** Small pieces of text for people: statuses with colour, spans of time, what a run waits for. Pure. */
import {
  type BlockedOnDocument,
  noDeadlineAt,
  type RunStatus,
  type StepStatus,
  type Usage,
} from "@runfleet/model";
import type { Colours } from "../terminal.js";

type Colour = "green" | "red" | "yellow" | "cyan" | "dim";

const looks: Readonly<Record<RunStatus | StepStatus, { readonly sign: string; readonly colour: Colour }>> = {
  pending: { sign: "·", colour: "dim" },
  running: { sign: "▸", colour: "cyan" },
  waiting: { sign: "◷", colour: "yellow" },
  cancelling: { sign: "▸", colour: "yellow" },
  completed: { sign: "✓", colour: "green" },
  failed: { sign: "✗", colour: "red" },
  cancelled: { sign: "✗", colour: "yellow" },
  skipped: { sign: "-", colour: "dim" },
  timed_out: { sign: "✗", colour: "red" },
};

export function statusWord(status: RunStatus | StepStatus, colours: Colours): string {
  return colours[looks[status].colour](status);
}

/** `spinner`: instead of the sign of what is at work. */
export function statusSign(status: RunStatus | StepStatus, colours: Colours, spinner?: string): string {
  const { sign, colour } = looks[status];
  const isAtWork = status === "running" || status === "cancelling";
  return colours[colour](isAtWork && spinner !== undefined ? spinner : sign);
}

/** `0.4s`, `12s`, `3m10s`, `2h05m`, `4d`. */
export function timeSpan(spanMs: number): string {
  if (spanMs < 10_000) return `${(Math.max(0, spanMs) / 1_000).toFixed(1)}s`;
  const seconds = Math.round(spanMs / 1_000);
  if (seconds < 60) return `${seconds}s`;
  const pad = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${pad(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h${pad(minutes % 60)}m` : `${Math.floor(hours / 24)}d`;
}

/** From start to end, or to now while it runs; empty before the start. */
export function elapsed(
  times: { readonly startedAt: string | null; readonly endedAt: string | null },
  now: number,
): string {
  if (times.startedAt === null) return "";
  const end = times.endedAt === null ? now : Date.parse(times.endedAt);
  return timeSpan(end - Date.parse(times.startedAt));
}

export function waitingFor(blocked: BlockedOnDocument, now: number): string {
  switch (blocked.type) {
    case "gate":
      return gateWait(blocked, now);
    case "child":
      return `workflow ${blocked.workflow} (run ${blocked.childRunId})`;
    case "items":
      return `${blocked.name}: ${blocked.done} of ${blocked.total} items done, ${blocked.running} running`;
    case "sleep":
      return `${blocked.name} (${timeLeft(Date.parse(blocked.until), now)})`;
    case "retry":
      return `attempt ${blocked.attempt} of ${blocked.name} (${timeLeft(Date.parse(blocked.until), now)})`;
    case "limit":
      return `its turn (limit of ${blocked.workflow}${blocked.key === undefined ? "" : `, key ${blocked.key}`})`;
  }
}

function gateWait(gate: Extract<BlockedOnDocument, { type: "gate" }>, now: number): string {
  const signal = gate.signal === undefined ? "" : `signal ${gate.signal} at `;
  const problem = gate.problem === undefined ? "" : `; its resolver ${gate.problem}`;
  return `${signal}gate ${gate.name} (${untilWords(Date.parse(gate.deadline), now)})${problem}`;
}

/** `12s left, until 12:00:00Z` */
function timeLeft(until: number, now: number): string {
  return `${timeSpan(until - now)} left, until ${shortTime(until, now)}`;
}

/** Clock time on the same day, date and time otherwise; UTC, like every time in documents. */
export function shortTime(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  return iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10)
    ? `${iso.slice(11, 19)}Z`
    : `${iso.slice(0, 16)}Z`;
}

/** `until 12:00:00Z`, or that there is no deadline. */
export function untilWords(deadline: number, now: number): string {
  return deadline >= noDeadlineAt ? "no deadline" : `until ${shortTime(deadline, now)}`;
}

/** The first line, cut to a width. */
export function oneLine(text: string, widthMax: number): string {
  const [first = ""] = text.trim().split("\n");
  return first.length <= widthMax ? first : `${first.slice(0, Math.max(1, widthMax - 1))}…`;
}

/** Money, turns and tokens, as far as there were any: `0.5000 USD  2 turns  10 tokens in, 20 out, 4 from cache`. */
export function spent(usage: Usage): string {
  const { costUsd = 0, turns = 0, inputTokens = 0, outputTokens = 0 } = usage;
  const { cacheReadInputTokens: fromCache = 0, cacheCreationInputTokens: intoCache = 0 } = usage;
  const cache = [
    fromCache > 0 ? `${fromCache} from cache` : "",
    intoCache > 0 ? `${intoCache} into cache` : "",
  ];
  const tokens = [`${inputTokens} tokens in`, `${outputTokens} out`, ...cache].filter((part) => part !== "");
  const anyTokens = inputTokens + outputTokens + fromCache + intoCache > 0;
  return [
    costUsd > 0 ? `${costUsd.toFixed(4)} USD` : "",
    turns > 0 ? `${turns} turns` : "",
    anyTokens ? tokens.join(", ") : "",
  ]
    .filter((part) => part !== "")
    .join("  ");
}
