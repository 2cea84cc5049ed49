/** Whether a called workflow gets the inputs it requires, and none that it misspells. */
import type { Definition } from "@runfleet/model";
import { suggest } from "../diagnostics/suggest.js";
import type { Find } from "./finding.js";

/** Calls with more undeclared inputs are generated, not typed. */
const namesComparedMax = 50;

export interface GivenInputs {
  readonly names: readonly string[];
  /** The place of the inputs. */
  readonly path: string;
  /** Inputs that are given without being written, as a `foreach` gives `item.id`. */
  readonly isImplied?: (name: string) => boolean;
}

export function checkChildInputs(child: Definition, given: GivenInputs, find: Find): void {
  const names = new Set(given.names);
  const declared = new Set(child.inputs.map(({ name }) => name));
  const undeclared = given.names.filter((name) => !declared.has(name));
  for (const { name, required } of child.inputs) {
    if (!required || names.has(name) || given.isImplied?.(name) === true) continue;
    find({
      code: "missing_input",
      path: given.path,
      message: `the workflow \`${child.name}\` requires the input \`${name}\``,
      hint: () => hintForMissing(name, undeclared),
    });
  }
  warnUndeclared(child, { undeclared, names, path: given.path }, find);
}

function hintForMissing(name: string, undeclared: readonly string[]): string {
  const near = suggest(name, undeclared);
  return near === undefined
    ? `add \`inputs = { ${name} = "…" }\``
    : `\`${near}\` is given; did you mean \`${name}\`?`;
}

/** Undeclared inputs pass through, so only those are named that are nearly an optional one which is not given. */
function warnUndeclared(
  child: Definition,
  { undeclared, names, path }: { undeclared: readonly string[]; names: ReadonlySet<string>; path: string },
  find: Find,
): void {
  const open = child.inputs.flatMap(({ name, required }) => (required || names.has(name) ? [] : [name]));
  for (const name of undeclared.slice(0, namesComparedMax)) {
    const near = suggest(name, open);
    if (near === undefined) continue;
    find({
      code: "undeclared_input",
      path,
      message: `the workflow \`${child.name}\` does not declare the input \`${name}\``,
      hint: `did you mean \`${near}\`?`,
    });
  }
}
