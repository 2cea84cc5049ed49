/**
 * Time that jumps from one thing that happens to the next. Everything of a simulated fleet is a call at some time; equal
 * times keep the order in which they were asked for. Between two calls all promises settle that can.
 */

export interface VirtualTime {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls at that time, or at once if it is over; answers how to prevent it. */
  at(time: number, call: () => void): () => void;
  /** Lets things happen until `isOver`, nothing is left, or the time is reached. */
  run(until: { readonly isOver: () => boolean; readonly time: number }): Promise<void>;
  /** Calls that have not been made. */
  left(): number;
}

interface Due {
  readonly time: number;
  readonly order: number;
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
    at(time, call) {
      orders += 1;
      const due: Due = { time: Math.max(now, Math.ceil(time)), order: orders, call };
      alive += 1;
      push(heap, due);
      return () => {
        if (due.call !== undefined) alive -= 1;
        due.call = undefined;
      };
    },
    async run({ isOver, time }) {
      await settled();
      while (!isOver()) {
        const next = heap[0];
        if (next === undefined || next.time > time) return;
        pop(heap);
        const { call } = next;
        if (call === undefined) continue;
        now = next.time;
        virtual.onStep?.();
        next.call = undefined;
        alive -= 1;
        call();
        await settled();
      }
    },
    left: () => alive,
  };
  return virtual;
}

/** After every promise that can settle without time passing: macrotasks come after all microtasks. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
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
