/**
 * Time that jumps from one thing that happens to the next. Everything of a simulated fleet is a call at some time; equal
 * times keep the order in which they were asked for. Between two calls all promises settle that can.
 */

import { soon } from "./real-time.js";

export interface VirtualTime {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls at that time, or at once if it is over; answers how to prevent it. A beat is one of many and may be late. */
  at(time: number, call: () => void, kind?: "beat"): () => void;
  /** When the next call is due that is no beat. */
  nextAt(): number | undefined;
  /** Lets things happen until `isOver`, nothing is left, or the time is reached. */
  run(until: { readonly isOver: () => boolean; readonly time: number }): Promise<void>;
  /** Makes the next call, unless it comes after `limit`: then nothing happens, and the answer is false. */
  step(limit: number): boolean;
  /** Jumps: what would have happened on the way happens then, an interval once. */
  hop(time: number): void;
  /** Calls that have not been made. */
  left(): number;
}

interface Due {
  readonly time: number;
  readonly order: number;
  readonly isBeat: boolean;
  call: (() => void) | undefined;
}

/** `onStep` is called before everything that happens, at its time. */
export function createVirtualTime(start: number): VirtualTime & { onStep: (() => void) | undefined } {
  const heap: Due[] = [];
  let now = start;
  let orders = 0;
  let alive = 0;

  const virtual: ReturnType<typeof createVirtualTime> = {
    onStep: undefined,
    now: () => now,
    at(time, call, kind) {
      orders += 1;
      const due: Due = { time: Math.max(now, Math.ceil(time)), order: orders, isBeat: kind === "beat", call };
      alive += 1;
      push(heap, due);
      return () => {
        if (due.call !== undefined) alive -= 1;
        due.call = undefined;
      };
    },
    nextAt() {
      const dues = heap.filter(({ call, isBeat }) => call !== undefined && !isBeat);
      return dues.length === 0 ? undefined : Math.min(...dues.map((due) => due.time));
    },
    step(limit) {
      for (let next = heap[0]; next !== undefined && next.time <= limit; next = heap[0]) {
        pop(heap);
        const { call } = next;
        if (call === undefined) continue;
        now = Math.max(now, next.time);
        virtual.onStep?.();
        next.call = undefined;
        alive -= 1;
        call();
        return true;
      }
      return false;
    },
    hop(to) {
      now = Math.max(now, to);
      virtual.onStep?.();
    },
    async run({ isOver, time }) {
      await settled();
      while (!isOver() && virtual.step(time)) await settled();
    },
    left: () => alive,
  };
  return virtual;
}

/** After every promise that can settle without time passing: macrotasks come after all microtasks. */
export function settled(): Promise<void> {
  return new Promise((resolve) => soon(resolve));
}

function isBefore(a: Due, b: Due): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

function push(heap: Due[], due: Due): void {
  let place = heap.length;
  heap.push(due);
  while (place > 0) {
    const above = (place - 1) >>> 1;
    const other = heap[above];
    if (other === undefined || isBefore(other, due)) break;
    heap[place] = other;
    place = above;
  }
  heap[place] = due;
}

function pop(heap: Due[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    const isRight = left !== undefined && right !== undefined && isBefore(right, left);
    const smaller = isRight ? right : left;
    if (smaller === undefined || !isBefore(smaller, last)) break;
    heap[place] = smaller;
    place = 2 * place + (isRight ? 2 : 1);
  }
  heap[place] = last;
}
