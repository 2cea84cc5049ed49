/** What happens when, in a simulation without processes: a heap of times. Things of one time happen in the order they were put in. */

export interface Agenda {
  readonly now: number;
  at(time: number, then: () => void): void;
  /** Until nothing is left. */
  run(): void;
}

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly then: () => void;
}

export function createAgenda(): Agenda {
  const heap: Entry[] = [];
  let order = 0;
  let now = 0;

  const isBefore = (a: number, b: number): boolean => {
    const [left, right] = [heap[a], heap[b]];
    if (left === undefined || right === undefined) return left !== undefined;
    return left.time < right.time || (left.time === right.time && left.order < right.order);
  };
  const swap = (a: number, b: number): void => {
    const [left, right] = [heap[a], heap[b]];
    if (left === undefined || right === undefined) return;
    heap[a] = right;
    heap[b] = left;
  };
  const rise = (from: number): void => {
    for (let place = from; place > 0; ) {
      const above = (place - 1) >> 1;
      if (!isBefore(place, above)) return;
      swap(place, above);
      place = above;
    }
  };
  const sink = (): void => {
    for (let place = 0; ; ) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const below = isBefore(right, left) ? right : left;
      if (heap[below] === undefined || !isBefore(below, place)) return;
      swap(place, below);
      place = below;
    }
  };
  const next = (): Entry | undefined => {
    const [first] = heap;
    const last = heap.pop();
    if (heap.length > 0 && last !== undefined) {
      heap[0] = last;
      sink();
    }
    return first;
  };

  return {
    get now() {
      return now;
    },
    at(time, then) {
      order += 1;
      heap.push({ time, order, then });
      rise(heap.length - 1);
    },
    run() {
      for (let entry = next(); entry !== undefined; entry = next()) {
        now = entry.time;
        entry.then();
      }
    },
  };
}
