#!/usr/bin/env node
// `npm create runfleet`: refuses a Node that is too old, then loads the compiled program. It uses only syntax that old versions
// can parse, so that they reach the clear message.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 20 || (major === 20 && minor >= 19)) {
  void import("../dist/main.js");
} else {
  console.error(`Runfleet needs Node 20.19 or newer; this is ${process.versions.node}. Nothing was made.`);
  process.exitCode = 2;
}
