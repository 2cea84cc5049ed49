// Reads the licence a package declares in its package.json, in each of the forms that are in use:
// a text, an object with `type`, or the old `licenses` list. Takes as many seconds longer as the second argument says.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const [, , folder, pauseSeconds = "0"] = process.argv;
await pause(Number(pauseSeconds) * 1_000);
const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

function nameOf(licence) {
  if (typeof licence === "string") return licence.trim();
  if (typeof licence === "object" && licence !== null && typeof licence.type === "string")
    return licence.type.trim();
  return "";
}

const declared = Array.isArray(manifest.licenses)
  ? manifest.licenses.map(nameOf).filter(Boolean).join(" OR ")
  : nameOf(manifest.license ?? manifest.licence ?? manifest.licenses);
const undeclared = declared === "" || /^(unlicensed|see licen[cs]e in)/i.test(declared);

const output = {
  markers: [undeclared ? "undeclared" : "declared"],
  context: `${manifest.name}@${manifest.version}: ${declared || "no licence declared"}`,
  name: manifest.name,
  version: String(manifest.version),
  licence: declared || "undeclared",
};
process.stdout.write(`<<<FLOW_OUTPUT>>>\n${JSON.stringify(output)}\n<<<END_FLOW_OUTPUT>>>\n`);
