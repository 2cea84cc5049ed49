/**
 * A store that is not touched before it was checked, once: the first call asks, those beside it wait for the same answer.
 * A check that fails is asked again by the next call, so that a client comes back by itself.
 */
import type { RunStore } from "@runfleet/model";

export function afterCheck<Store extends RunStore>(store: Store, check: () => Promise<void>): Store {
  let isChecked = false;
  let asked: Promise<void> | undefined;
  const ask = (): Promise<void> => {
    asked ??= check()
      .then(() => {
        isChecked = true;
      })
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
  const calls = Object.entries(store).map(([name, call]: [string, Call]) => [
    name,
    (...given: readonly unknown[]) => (isChecked ? call(...given) : ask().then(() => call(...given))),
  ]);
  return { ...(Object.fromEntries(calls) as Store), close: store.close };
}

type Call = (...given: readonly unknown[]) => unknown;
