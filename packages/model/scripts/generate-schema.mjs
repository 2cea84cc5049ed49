// Writes the JSON Schema of definitions from the schemas of src/definition.ts. Uses the built package: build first.
import { writeFileSync } from "node:fs";
import { definitionJsonSchema } from "../dist/index.js";

const target = new URL("../schema/definition.schema.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(definitionJsonSchema(), null, 2)}\n`);
