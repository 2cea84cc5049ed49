// The workflows of the workloads, as a user would write them.

/** @param {number} count */
const steps = (count) => Array.from({ length: count }, (_, index) => `call step${index}`).join(" ");

/** Iterations of the loops there are. */
const loopLengths = [2_001, 10_001];

const leaf = "workflow leaf { inputs { n required } call step }";

/** Workload → workflow of its runs. @type {Readonly<Record<string, string>>} */
export const workflowOf = { w1: "one", w2: "ten", w3: "fan", w4: "three", w7: "block" };

/** Inputs of each run of a workload. @type {Readonly<Record<string, Record<string, string>>>} */
export const inputsOf = { w3: { list: JSON.stringify(Array.from({ length: 100 }, (_, index) => index)) } };

export const sources = [
  `workflow one { ${steps(1)} }`,
  `workflow three { ${steps(3)} }`,
  `workflow ten { ${steps(10)} }`,
  `workflow block { parallel { ${steps(50)} } }`,
  "workflow held { call held }",
  ...loopLengths.map(
    (times) =>
      `workflow loop-${times} { do { max_iterations = ${times} on_max_iter = continue call again } while again.more }`,
  ),
  leaf,
  `workflow fan {
    inputs { list required }
    foreach leaves {
      over = json filter = { from = "list" } workflow = leaf max_parallel = 100 inputs = { n = "{{item.id}}" }
    }
  }`,
];
