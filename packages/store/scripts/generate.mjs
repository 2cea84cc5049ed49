/**
 * Turns lua/*.lua into src/generated/*.ts: one typed script per file. The header of a Lua file is its contract: what it
 * does, includes, KEYS, ARGV, REPLIES; names ending in [] are lists. Keys and arguments of included fragments become
 * the script's own. A name that is used and not declared, or declared and not used, is an error.
 * `--check` writes nothing and fails when something would change.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const luaFolder = join(packageFolder, "lua");
const generatedFolder = join(packageFolder, "src", "generated");
const sections = { KEYS: "keys", ARGV: "values", REPLIES: "replies" };

/** Contract and body of one Lua file. */
function readLua(file) {
  const lines = readFileSync(join(luaFolder, file), "utf8").split("\n");
  const headerLength = lines.findIndex((line) => !line.startsWith("--"));
  const contract = { file, about: [], includes: [], keys: [], values: [], replies: [] };
  let section = "about";
  for (const line of lines.slice(0, headerLength)) {
    const text = line.slice(2).trim();
    if (text === "") continue;
    if (text in sections) section = sections[text];
    else if (text.startsWith("include: ")) contract.includes.push(`include/${text.slice(9)}`);
    else if (section === "about") contract.about.push(text);
    else contract[section].push(readEntry(file, text));
  }
  return { ...contract, body: lines.slice(headerLength).filter(isCode) };
}

function readEntry(file, text) {
  const match = /^(\w+)(\[\])?: (.+)$/.exec(text);
  if (match === null) throw new Error(`${file}: this line of the header is not "name: meaning": ${text}`);
  return { name: match[1], isList: match[2] !== undefined, meaning: match[3] };
}

function isCode(line) {
  return line.trim() !== "" && !line.trim().startsWith("--");
}

/** The file and everything it includes, what is included first, each once. */
function collect(file, seen = new Map()) {
  if (seen.has(file)) return seen;
  const lua = readLua(file);
  for (const include of lua.includes) collect(include, seen);
  return seen.set(file, lua);
}

function unite(files, section) {
  const byName = new Map();
  for (const file of files)
    for (const entry of file[section]) byName.set(entry.name, byName.get(entry.name) ?? entry);
  return [...byName.values()].sort((a, b) => Number(a.isList) - Number(b.isList));
}

function assemble(file) {
  const files = [...collect(file).values()];
  const script = files.at(-1);
  const [declaredKeys, values, replies] = ["keys", "values", "replies"].map((section) =>
    unite(files, section),
  );
  if (declaredKeys.filter((key) => key.isList).length > 1)
    throw new Error(`${file}: only one list of keys is possible`);
  const whole = files.flatMap((each) => each.body).join("\n");
  checkNames(file, whole, { K: declaredKeys, A: values });
  const needed = withoutUnused(whole);
  const keys = declaredKeys.filter(({ name }) => new RegExp(`\\bK\\.${name}\\b`).test(needed));
  const body = bindNames(needed, "K", { entries: keys, array: "KEYS", local: "key" });
  const bound = bindNames(body, "A", { entries: values, array: "ARGV", local: "value" });
  const source = [...takeKeys(keys), ...takeValues(values), bound].join("\n");
  return { name: file.replace(".lua", ""), about: script.about, keys, values, replies, source };
}

function checkNames(file, code, tables) {
  for (const [table, entries] of Object.entries(tables)) {
    const declared = new Set(entries.map((entry) => entry.name));
    const used = new Set(
      [...code.matchAll(new RegExp(`\\b${table}\\.(\\w+)`, "g"))].map((match) => match[1]),
    );
    for (const name of used)
      if (!declared.has(name)) throw new Error(`${file}: ${table}.${name} is not declared`);
    for (const name of declared)
      if (!used.has(name)) throw new Error(`${file}: ${table}.${name} is not used`);
  }
}

/** Without the functions of fragments that this script never calls: each is made anew at each call of the script. */
function withoutUnused(code) {
  const unused = [...code.matchAll(/^local function (\w+)\([\s\S]*?\nend$/gm)].filter(
    ([, name]) => code.match(new RegExp(`\\b${name}\\b`, "g")).length === 1,
  );
  if (unused.length === 0) return code;
  return withoutUnused(unused.reduce((left, [text]) => left.replace(`${text}\n`, () => ""), code));
}

/** Names as places: a table of names would be filled anew at each call, which costs more than what most calls do. */
function bindNames(code, table, { entries, array, local }) {
  const places = new Map();
  for (const [index, { name, isList }] of entries.entries())
    places.set(name, isList ? `${local}_${name}` : `${array}[${index + 1}]`);
  return code.replaceAll(new RegExp(`\\b${table}\\.(\\w+)`, "g"), (_, name) => places.get(name));
}

function takeKeys(keys) {
  const single = keys.filter((key) => !key.isList).length;
  const list = keys.find((key) => key.isList);
  const take = list === undefined ? [] : [`local key_${list.name} = { unpack(KEYS, ${single + 1}) }`];
  return ["local KEYS = KEYS", ...take];
}

function takeValues(values) {
  const single = values.filter((value) => !value.isList).length;
  const lists = values.filter((value) => value.isList);
  if (lists.length === 0) return ["local ARGV = ARGV"];
  return [
    "local ARGV = ARGV",
    `local next_argument = ${single + 1}`,
    "local function take_list()",
    "  local first, count = next_argument + 1, tonumber(ARGV[next_argument])",
    "  next_argument = first + count",
    "  if count == 0 then return {} end",
    // What is unpacked lies on the interpreter's stack.
    "  if count <= 1000 then return { unpack(ARGV, first, next_argument - 1) } end",
    "  local list = {}",
    "  for index = 1, count do list[index] = ARGV[first + index - 1] end",
    "  return list",
    "end",
    ...lists.map((value) => `local value_${value.name} = take_list()`),
  ];
}

function toTypeScript({ name, about, keys, values, replies, source }) {
  const camel = name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  const pascal = camel[0].toUpperCase() + camel.slice(1);
  const fields = (entries, type) =>
    entries.map(
      (entry) =>
        `  /** ${entry.meaning} */\n  readonly ${entry.name}: ${entry.isList ? `readonly ${type}[]` : type};`,
    );
  const words = (entries) => entries.map((entry) => `"${entry.name}${entry.isList ? "[]" : ""}"`).join(", ");
  return [
    `// Generated from lua/${name}.lua by scripts/generate.mjs; not edited by hand.`,
    'import type { Script, ScriptValue } from "../script.js";',
    "",
    `export interface ${pascal}Keys {`,
    ...fields(keys, "string"),
    "}",
    "",
    `export interface ${pascal}Values {`,
    ...fields(values, "ScriptValue"),
    "}",
    "",
    "/**",
    ...replies.map((reply) => ` * - ${reply.name}: ${reply.meaning}`),
    " */",
    `export type ${pascal}Tag = ${replies.map((reply) => `"${reply.name}"`).join(" | ")};`,
    "",
    "/**",
    ...about.map((line) => ` * ${line}`),
    " */",
    `export const ${camel}: Script<${pascal}Keys, ${pascal}Values, ${pascal}Tag> = {`,
    `  name: "${name}",`,
    `  keys: [${words(keys)}],`,
    `  values: [${words(values)}],`,
    `  sha1: "${createHash("sha1").update(source).digest("hex")}",`,
    `  source: ${quote(source)},`,
    "};",
    "",
  ].join("\n");
}

function quote(text) {
  return `\`${text.replace(/[\\`]|\$\{/g, "\\$&")}\``;
}

function readGenerated() {
  try {
    const names = readdirSync(generatedFolder).sort();
    return new Map(names.map((name) => [name, readFileSync(join(generatedFolder, name), "utf8")]));
  } catch (error) {
    if (error.code === "ENOENT") return new Map();
    throw error;
  }
}

function main() {
  const files = readdirSync(luaFolder)
    .filter((name) => name.endsWith(".lua"))
    .sort();
  const wanted = new Map(
    files.map((file) => [
      `${file.replace(".lua", "").replaceAll("_", "-")}.ts`,
      toTypeScript(assemble(file)),
    ]),
  );
  const present = readGenerated();
  const changed = [...wanted].filter(([name, text]) => present.get(name) !== text).map(([name]) => name);
  const stale = [...present.keys()].filter((name) => !wanted.has(name));
  if (process.argv.includes("--check")) {
    if (changed.length + stale.length === 0) return;
    process.stderr.write(`out of date: ${[...changed, ...stale].join(", ")}; run "pnpm generate"\n`);
    process.exitCode = 1;
    return;
  }
  mkdirSync(generatedFolder, { recursive: true });
  for (const name of changed) writeFileSync(join(generatedFolder, name), wanted.get(name));
  for (const name of stale) rmSync(join(generatedFolder, name));
}

main();
