// A Dockerfile as stages with steps, values of ARG and ENV put in. Knows the instructions that ours uses and refuses the rest, so
// that a step which nobody executes cannot slip in.
import { readFileSync } from "node:fs";
import { Copy, DockerfileParser, From, Instruction, PropertyInstruction } from "dockerfile-ast";

/** What is the image's configuration rather than a step of its build. */
const settings = new Set(["LABEL", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"]);

/**
 * @typedef {{ workdir: string, env: Record<string, string> }} Surroundings what a step is executed in
 * @typedef {Surroundings & { keyword: "RUN", command: string }} RunStep
 * @typedef {Surroundings & { keyword: "COPY", from: string | undefined, paths: string[], to: string }} CopyStep
 * @typedef {{ name: string, base: string, user: string, workdir: string, env: Record<string, string>,
 *   steps: (RunStep | CopyStep)[], settings: Record<string, string> }} Stage
 */

/** @param {string} file @returns {Stage[]} */
export function readDockerfile(file) {
  /** @type {Record<string, string>} */
  const args = {};
  /** @type {Stage[]} */
  const stages = [];
  for (const instruction of DockerfileParser.parse(readFileSync(file, "utf8")).getInstructions()) {
    const keyword = instruction.getKeyword();
    const stage = stages.at(-1);
    if (instruction instanceof From) {
      const base = (instruction.getImage() ?? "").replace(/\$\{(\w+)\}/g, (_, name) => args[name] ?? "");
      const name = instruction.getBuildStage() ?? "";
      stages.push({ name, base, user: "root", workdir: "/", env: {}, steps: [], settings: {} });
    } else if (keyword === "ARG") Object.assign(args, propertiesOf(instruction));
    else if (stage === undefined) throw new Error(`${keyword} comes before the first FROM`);
    else take(stage, instruction);
  }
  return stages;
}

/** @param {Stage} stage @param {Instruction} instruction */
function take(stage, instruction) {
  const keyword = instruction.getKeyword();
  const words = instruction.getExpandedArguments().map((argument) => argument.getValue());
  const surroundings = { workdir: stage.workdir, env: { ...stage.env } };
  if (keyword === "WORKDIR") stage.workdir = words[0] ?? "";
  else if (keyword === "USER") stage.user = words[0] ?? "";
  else if (keyword === "ENV") Object.assign(stage.env, propertiesOf(instruction));
  else if (keyword === "RUN") {
    stage.steps.push({ keyword, command: instruction.getArgumentsContent() ?? "", ...surroundings });
  } else if (instruction instanceof Copy) {
    const from = instruction.getFromFlag()?.getValue() ?? undefined;
    const paths = words.filter((word) => !word.startsWith("--"));
    const to = paths.pop() ?? "";
    stage.steps.push({ keyword: "COPY", from, paths, to, ...surroundings });
  } else if (settings.has(keyword)) stage.settings[keyword] = instruction.getRawArgumentsContent() ?? "";
  else throw new Error(`the check does not know ${keyword}`);
}

/** @param {Instruction} instruction @returns {Record<string, string>} */
function propertiesOf(instruction) {
  if (!(instruction instanceof PropertyInstruction)) return {};
  const properties = instruction.getProperties();
  return Object.fromEntries(properties.map((property) => [property.getName(), property.getValue() ?? ""]));
}
