/** A run with what is open below it as one tree of lines, and one line that sums it up. Pure. */
import type { RunRow } from "@runfleet/client";
import { isEnded, type RunDocument, type StepDocument } from "@runfleet/model";
import { childLine } from "../render/family-lines.js";
import type { TreeLine } from "../render/fit-lines.js";
import { headLine, originLines, runLines, type TreeOptions } from "../render/run-tree.js";
import { indentOf, isOpenStep } from "../render/step-lines.js";
import { elapsed, spent } from "../render/words.js";
import type { Family } from "./read-family.js";

/** Failed children of one step that are shown beside those that are open. */
const failedShownMax = 5;

export function familyTree(family: Family, options: TreeOptions): TreeLine[] {
  const { root } = family;
  return [
    headLine(root, options),
    ...originLines(root, options),
    ...linesOf(root, family, options),
    { text: `  ${options.colours.dim(footer(root, options.now))}`, rank: "frame" },
  ];
}

function linesOf(run: RunDocument, family: Family, options: TreeOptions): TreeLine[] {
  return runLines(run, {
    ...options,
    below: (step) => {
      const indent = `${indentOf(step)}  `;
      const narrower = { ...options, columns: options.columns - indent.length };
      return childLines(run, step, family, narrower).map((line) => ({ ...line, text: indent + line.text }));
    },
  });
}

function childLines(
  run: RunDocument,
  step: StepDocument,
  family: Family,
  options: TreeOptions,
): readonly TreeLine[] {
  if (!isOpenStep(step.status)) return [];
  const rows = family.children.get(run.id) ?? [];
  if (step.kind === "child") {
    const child = family.runs.get(step.childRunId ?? "");
    return child === undefined ? [] : linesOf(child, family, options);
  }
  const own = rows.filter(({ parentAddress }) => parentAddress === step.address);
  const open = own.filter(({ status }) => !isEnded(status));
  const failed = own.filter(({ status }) => status === "failed").slice(-failedShownMax);
  return [...failed, ...open].flatMap((row) => itemLines(row, family, options));
}

function itemLines(row: RunRow, family: Family, options: TreeOptions): readonly TreeLine[] {
  const child = family.runs.get(row.id);
  if (child === undefined) {
    return [{ text: childLine(row, options), rank: isEnded(row.status) ? "detail" : "open" }];
  }
  // A label that all of the family have says nothing here.
  const label = child.label === family.root.label ? null : child.label;
  return [{ ...headLine({ ...child, label }, options), rank: "open" }, ...linesOf(child, family, options)];
}

/** How long, how far, and what it has cost. */
function footer(run: RunDocument, now: number): string {
  const steps = new Map(run.steps.map((step) => [step.address, isOpenStep(step.status)]));
  const open = [...steps.values()].filter((isOpen) => isOpen).length;
  return [
    elapsed(run, now),
    `steps: ${steps.size - open} done, ${open} open`,
    run.totals.hasLlmMetrics ? spent(run.totals) : "",
    "Ctrl-C ends the watching, not the run",
  ]
    .filter((part) => part !== "")
    .join("  ·  ");
}
