/** The shape of a definition as JSON Schema (draft 2020-12), for editors and programs in other languages. */
import { z } from "zod";
import { definitionSchema, nodeSchema, parallelBranchSchema } from "./definition.js";

/**
 * A new object each time. It says what a definition looks like; whether names exist and limits hold is validation.
 * Written to `schema/definition.schema.json` by the `generate` script.
 */
export function definitionJsonSchema(): Record<string, unknown> {
  const registry = z.registry<{ id: string; title?: string; description?: string }>();
  registry.add(nodeSchema, { id: "node", description: "One step; `kind` says which." });
  registry.add(parallelBranchSchema, { id: "branchCall", description: "A call in a parallel block." });
  const { $schema, ...schema } = z.toJSONSchema(definitionSchema, { metadata: registry, io: "input" });
  return {
    $schema,
    $id: "urn:runfleet:definition",
    title: "Runfleet definition",
    description: "A workflow as data: what `.wf` text and the TypeScript builder are turned into.",
    ...schema,
  };
}
