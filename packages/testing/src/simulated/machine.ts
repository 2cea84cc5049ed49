/**
 * A simulated process with its clock and its wire to Redis. Everything that enters or leaves it passes here, so it can
 * die or freeze at each of these points and at no other, as real ones do: what was sent arrives all the same, what comes
 * back to a dead one reaches nobody, and a frozen one finds everything at once when it goes on.
 *
 *   running → (freeze) → frozen → (thaw) → running → (kill) → dead
 */
import { RunfleetError } from "@runfleet/model";
import type { Clock } from "@runfleet/worker";
import type { VirtualTime } from "./virtual-time.js";
import type { Weather } from "./weather.js";

export interface Machine {
  readonly id: string;
  readonly clock: Clock;
  readonly state: () => "running" | "frozen" | "dead";
  /** Whatever happens inside: at once, after the thaw, or never. */
  enter(happening: () => void): void;
  /** Sends a request and waits for its answer; requests of one line arrive in the order they were sent. */
  request<T>(request: Request, effect: () => Promise<T>): Promise<T>;
  freeze(forMs: number): void;
  kill(): void;
}

/** Leases have a connection of their own; `outside` is whatever actions talk to. */
export type Line = "store" | "leases" | "outside";

export interface Request {
  readonly line: Line;
  readonly name: string;
}

const wireMsMax = 4;
const lateMsMax = 25_000;

export function createMachine(
  id: string,
  {
    time,
    weather,
    onDeath,
  }: { readonly time: VirtualTime; readonly weather: Weather; readonly onDeath: () => void },
): Machine {
  const { random } = weather;
  const startedAt = time.now() - random.below(1_000_000);
  const arrivals = new Map<Line, number>();
  let state: "running" | "frozen" | "dead" = "running";
  /** What happened while it was frozen, and what its intervals missed. */
  let held: (() => void)[] = [];
  let missed: (() => void)[] = [];

  const enter = (happening: () => void): void => {
    if (state === "running") happening();
    else if (state === "frozen") held.push(happening);
  };
  const kill = (): void => {
    if (state === "dead") return;
    state = "dead";
    held = [];
    missed = [];
    onDeath();
  };
  const thaw = (): void => {
    if (state !== "frozen") return;
    state = "running";
    // What waited comes in one by one. Whether its intervals come first depends on when in them it was stopped.
    const waiting = random.chance(0.5) ? [...missed, ...held] : [...held, ...missed];
    held = [];
    missed = [];
    for (const happening of waiting) time.at(time.now(), () => enter(happening));
  };

  const wireMs = (): number => 1 + random.below(wireMsMax);
  const arrivalOf = (line: Line): number => {
    const mayBeLate = line !== "outside";
    const lateMs = mayBeLate && weather.strikes("request late") ? 1_000 + random.below(lateMsMax) : 0;
    const arrival = Math.max(arrivals.get(line) ?? 0, time.now() + wireMs() + lateMs);
    arrivals.set(line, arrival);
    return arrival;
  };

  return {
    id,
    state: () => state,
    enter,
    kill,
    freeze(forMs) {
      if (state !== "running") return;
      state = "frozen";
      time.at(time.now() + forMs, thaw);
    },
    request<T>({ line, name }: Request, effect: () => Promise<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        if (weather.strikes("dies before a write arrives", name)) return kill();
        const answer = (settle: () => void): void => void time.at(time.now() + wireMs(), () => enter(settle));
        time.at(arrivalOf(line), () => {
          if (weather.strikes("request lost", name)) return answer(() => reject(unanswered()));
          const isAnswerLost = weather.strikes("answer lost", name);
          if (line !== "outside" && weather.strikes("request done twice", name)) {
            time.at(time.now() + random.below(lateMsMax), () => void effect().catch(() => undefined));
          }
          effect().then(
            (value) => answer(() => (isAnswerLost ? reject(unanswered()) : resolve(value))),
            (error: unknown) => answer(() => reject(error)),
          );
          if (weather.strikes("dies after a write, before its answer", name)) kill();
        });
      });
    },
    clock: {
      now: () => time.now(),
      monotonic: () => time.now() - startedAt,
      after: (delayMs, then) => time.at(time.now() + delayMs, () => enter(then)),
      every: (intervalMs, then) =>
        repeat({ time, intervalMs, isOver: () => state === "dead" }, () => {
          // An interval that was missed several times fires once.
          if (state === "running") then();
          else if (!missed.includes(then)) missed.push(then);
        }),
    },
  };
}

function repeat(
  { time, intervalMs, isOver }: { time: VirtualTime; intervalMs: number; isOver: () => boolean },
  beat: () => void,
): () => void {
  let stop = (): void => undefined;
  const schedule = (): void => {
    const next = (): void => {
      if (isOver()) return;
      schedule();
      beat();
    };
    stop = time.at(time.now() + intervalMs, next, "beat");
  };
  schedule();
  return () => stop();
}

function unanswered(): RunfleetError {
  return new RunfleetError("redis_unavailable", "the connection was cut");
}
