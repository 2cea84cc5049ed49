/** Inputs as people write them into a text area: one `name=value` a line. */
import { type InputTexts, wrongInput } from "./api";

export function readInputs(text: string): InputTexts {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const separator = line.indexOf("=");
      if (separator < 1) throw wrongInput(`"${line}" is not name=value`);
      return [line.slice(0, separator).trim(), line.slice(separator + 1)];
    }),
  );
}
