// Node's JSON.parse, over lines as the TypeScript SDK splits them: at LF, one CR before it dropped.
"use strict";
const fs = require("fs");

function quoted(text) {
  let out = "";
  for (const byte of Buffer.from(text, "utf8")) {
    const character = String.fromCharCode(byte);
    out += /[A-Za-z0-9._~/-]/.test(character) ? character : "%" + byte.toString(16).toUpperCase().padStart(2, "0");
  }
  return out;
}

function spelledId(value) {
  if (value === undefined || value === null) return "?";
  if (typeof value === "number") return Number.isInteger(value) ? "i" + BigInt(value) : "odd";
  return typeof value === "string" ? "s" + quoted(value) : "odd";
}

function messages(value) {
  if (Array.isArray(value)) return value.flatMap(messages);
  if (value === null || typeof value !== "object") return [];
  const id = spelledId(value.id);
  if (typeof value.method !== "string") return value.id === undefined ? [] : [`answer|${id}||`];
  if (value.method !== "tools/call") return [`other|${id}|${quoted(value.method)}|`];
  const params = value.params ?? {};
  const path = params.arguments?.path;
  const name = typeof params.name === "string" ? quoted(params.name) : "?";
  return [`call|${id}|${name}|${typeof path === "string" ? quoted(path) : "?"}`];
}

const bytes = fs.readFileSync(process.argv[2]);
const out = [];
let start = 0;
while (start < bytes.length) {
  let end = bytes.indexOf(10, start);
  if (end < 0) end = bytes.length;
  const line = bytes.toString("utf8", start, end).replace(/\r$/, "");
  start = end + 1;
  let found = [];
  try {
    found = messages(JSON.parse(line));
  } catch {}
  out.push(found.length > 0 ? found.join("\t") : "-");
}
process.stdout.write(out.join("\n") + "\n");
