/**
 * The series of one metric: a cell for each combination of label values, found without making anything. An open label lets its
 * first values in; the others share one.
 */
import { type Label, type OpenLabel, otherValue } from "./labels.js";

/** Which values of open labels have series of their own; one for a process, so that a name is known to all metrics or to none. */
export interface Admission {
  /** The value itself, or `other`. */
  admit(label: OpenLabel, value: string): string;
  /** Lets other names in from now on. */
  forget(): void;
}

export function createAdmission(): Admission {
  const known = new Map<string, Set<string>>();
  return {
    admit({ name, valuesMax }, value) {
      const values = known.get(name) ?? new Set();
      known.set(name, values);
      if (values.has(value)) return value;
      if (value === otherValue || values.size >= valuesMax) return otherValue;
      values.add(value);
      return value;
    },
    forget: () => known.clear(),
  };
}

export interface Series<Cell> {
  /** The cell of these values, in the order of the labels. */
  of(values: readonly string[]): Cell;
  all(): readonly { readonly values: readonly string[]; readonly cell: Cell }[];
  clear(): void;
}

type Branch<Cell> = Map<string, Branch<Cell> | { readonly values: readonly string[]; readonly cell: Cell }>;

export function createSeries<Cell extends object>(options: {
  readonly labels: readonly Label[];
  readonly admission: Admission;
  readonly make: () => Cell;
  /** What becomes of names that are not let in: one cell for all of them, or none that is ever read. */
  readonly others: "together" | "left out";
}): Series<Cell> {
  const { labels, admission, make, others } = options;
  const root: Branch<Cell> = new Map();
  const found: { readonly values: readonly string[]; readonly cell: Cell }[] = [];

  const admitted = (index: number, value: string): string => {
    const label = labels[index] as Label;
    if ("valuesMax" in label) return value === "" ? value : admission.admit(label, value);
    // A value that is not known is a defect of the caller, which must not become a series.
    return label.values.includes(value) ? value : otherValue;
  };
  const grow = (values: readonly string[]): Cell => {
    const own = values.map((value, index) => admitted(index, value));
    if (others === "left out" && own.some((value, index) => value !== values[index])) return make();
    let branch = root;
    for (const value of own.slice(0, -1)) {
      const next = branch.get(value) ?? new Map();
      branch.set(value, next);
      branch = next as Branch<Cell>;
    }
    const last = own.at(-1) ?? "";
    const known = branch.get(last);
    if (known !== undefined && "cell" in known) return known.cell;
    const leaf = { values: own, cell: make() };
    branch.set(last, leaf);
    found.push(leaf);
    return leaf.cell;
  };

  return {
    of(values) {
      let node: Branch<Cell> | { readonly cell: Cell } | undefined =
        values.length === 0 ? root.get("") : root;
      for (const value of values) {
        if (node === undefined || "cell" in node) break;
        node = node.get(value);
      }
      return node !== undefined && "cell" in node ? node.cell : grow(values);
    },
    all: () => found,
    clear() {
      root.clear();
      found.length = 0;
      admission.forget();
    },
  };
}
