/** The instruction by which an agent ends its answer: in the shape of a schema, or with markers and a context. */
import type { OutputField, OutputSchema, OutputType } from "./output-schema.js";

const frame = (body: string): string => `<<<FLOW_OUTPUT>>>\n${body}\n<<<END_FLOW_OUTPUT>>>`;

/** What to write at the end when no schema is asked for. */
export const plainOutputInstruction = `End your answer with this block. \`markers\` are short words that tell the next steps what you found; leave the
list empty when there is nothing to tell. \`context\` says in one or two sentences what you did.

${frame('{ "markers": [], "context": "" }')}`;

/** What to write at the end so that the answer fits the schema. */
export function describeOutputSchema({ fields }: OutputSchema): string {
  return `End your answer with one JSON object between these two lines. Without it, or when it does not fit the
description below, your work does not count.

${frame(`{ ${fields.map(({ name }) => `"${name}": …`).join(", ")} }`)}

${describeFields(fields, "").join("\n")}`;
}

function describeFields(fields: readonly OutputField[], indent: string): string[] {
  return fields.flatMap((field) => {
    const { name, isRequired, type, description, examples = [] } = field;
    const facts = `${describeType(type)}, ${isRequired ? "required" : "may be left out"}`;
    const about = description === undefined ? "" : `: ${description}`;
    const shown = examples.length === 0 ? "" : ` (for example: ${examples.join("; ")})`;
    return [`${indent}- "${name}" (${facts})${about}${shown}`, ...describeInside(type, `${indent}  `)];
  });
}

function describeInside(type: OutputType, indent: string): string[] {
  if (type.kind === "object") return describeFields(type.fields, indent);
  return type.kind === "array" && type.items !== undefined ? describeInside(type.items, indent) : [];
}

function describeType(type: OutputType): string {
  switch (type.kind) {
    case "enum":
      return `one of ${type.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "array":
      return type.items === undefined ? "array" : `array, each element ${describeType(type.items)}`;
    case "object":
      return "object with the members below";
    case "string":
    case "number":
    case "boolean":
      return type.kind;
    default:
      return type satisfies never;
  }
}
