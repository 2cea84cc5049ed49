// Bugs in foreach. What the members mean is said in ../mutants.mjs.

/** @type {readonly import('../mutants.mjs').Mutant[]} */
export const fanOut = [
  {
    file: "nodes/foreach-children.ts",
    find: "Math.max(1, node.maxParallel) - Object.keys(frame.open).length",
    replace: "Math.max(1, node.maxParallel)",
    says: "the window of a foreach grows with each item that ends",
  },
  {
    file: "nodes/foreach-children.ts",
    find: '    if (node.onChildFail === "skip_dependents") skipDependents(turn, spot, index);\n',
    replace: "",
    says: "dependents of a failed item run",
  },
  {
    file: "nodes/foreach-children.ts",
    find: 'if (item?.status !== "pending") continue;',
    replace: "if (item === undefined) continue;",
    says: "dependents that have ended are skipped once more",
  },
  {
    file: "nodes/foreach-children.ts",
    find: 'return status === "cancelled" && frame.phase === "running" ? "failed" : status;',
    replace: 'return frame.phase === "running" ? status : status;',
    says: "an item that somebody cancelled is no failure",
  },
  {
    file: "nodes/foreach-children.ts",
    find: "  addToTotals(turn, event.result.totals);\n",
    replace: "",
    says: "items cost nothing",
  },
  {
    file: "nodes/foreach-order.ts",
    find: "    waiting.push(...(direct.get(next) ?? []));\n",
    replace: "",
    says: "only direct dependents are skipped",
  },
  {
    file: "nodes/foreach-order.ts",
    find: "Object.keys(blockedBy).map(Number)) {",
    replace: "Object.keys(blockedBy).slice(0, 1).map(Number)) {",
    says: "cycles are looked for behind the first item only",
  },
  {
    file: "nodes/foreach-items.ts",
    find: 'return status === undefined || status === "pending"',
    replace: 'return status === "pending"',
    says: "an item that waits for an unlisted one starts",
  },
  {
    file: "nodes/foreach-items.ts",
    find: 'item === undefined || item.status === "completed" || item.status',
    replace: "item === undefined || item.status",
    says: "a retry runs completed items again",
  },
  {
    file: "nodes/foreach-items.ts",
    find: "if (!byId.has(item.id)) byId.set(item.id, item);",
    replace: "byId.set(item.id, item);",
    says: "of two items with one id the later one is taken",
  },
  {
    file: "nodes/foreach-end.ts",
    find: 'const stalled = frame.phase === "running" && leftOver(frame) > 0;',
    replace: "const stalled = leftOver(frame) > 0;",
    says: "a halted foreach counts as stalled",
  },
  {
    file: "nodes/foreach-end.ts",
    find: 'node.onChildFail === "continue" && completed > 0',
    replace: 'node.onChildFail === "continue"',
    says: "a foreach of which every item failed is forgiven",
  },
  {
    file: "nodes/foreach-end.ts",
    find: "  removeItems(turn, at, total);\n",
    replace: "",
    says: "items of a completed foreach stay in the state",
  },
];
