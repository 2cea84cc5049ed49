// Looks for a licence file beside a package.json that declares none, and says which well-known text it begins with.
// The declared value is kept: a person decides what a file without a declaration is worth.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").slice(0, 2000);
const known = [
  ["MIT", /\bMIT License\b|Permission is hereby granted, free of charge/],
  ["Apache-2.0", /Apache License\s+Version 2\.0/],
  ["ISC", /\bISC License\b/],
  ["BSD-3-Clause", /Redistributions in binary form[\s\S]*Neither the name/],
];
const looksLike = known.find(([, pattern]) => pattern.test(text))?.[0] ?? "unknown";

const output = {
  markers: [file === undefined ? "no_file" : "has_file"],
  context: `${manifest.name}@${manifest.version}: ${file === undefined ? "no licence file" : `${file} looks like ${looksLike}`}`,
  name: manifest.name,
  version: String(manifest.version),
  licence: String(manifest.license ?? "undeclared"),
  looksLike,
};
process.stdout.write(`<<<FLOW_OUTPUT>>>\n${JSON.stringify(output)}\n<<<END_FLOW_OUTPUT>>>\n`);
