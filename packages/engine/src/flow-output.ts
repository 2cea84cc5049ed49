/**
 * The block by which scripts and agents hand results to later steps:
 *
 *   <<<FLOW_OUTPUT>>> {"markers": ["ready"], "context": "…", "base": "main"} <<<END_FLOW_OUTPUT>>>
 *
 * Language models write it, so fences, trailing commas and wrong backslashes are forgiven; wrong types are not.
 */

const startDelimiter = "<<<FLOW_OUTPUT>>>";
const endDelimiter = "<<<END_FLOW_OUTPUT>>>";

export interface FlowOutput {
  readonly markers: string[];
  readonly context: string;
  /** JSON text of the whole object, further members included. */
  readonly output?: string;
}

/** The last block of the text, or `undefined` when there is none or it cannot be read. Never throws. */
export function parseFlowOutput(text: string): FlowOutput | undefined {
  const body = lastBody(text);
  if (body === undefined) return undefined;
  try {
    return flowOutput(JSON.parse(repaired(withoutFence(body.trim()))));
  } catch (error) {
    // No JSON, or JSON so deep that it cannot be written again.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function flowOutput(value: unknown): FlowOutput | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { markers = [], context = "", ...extras } = value as Record<string, unknown>;
  if (!isTexts(markers) || typeof context !== "string") return undefined;
  return { markers, context, output: JSON.stringify({ markers, context, ...extras }) };
}

/** Text of the last block that begins like JSON; the delimiters also occur in prose and in examples. */
function lastBody(text: string): string | undefined {
  let start = text.lastIndexOf(startDelimiter);
  while (start >= 0) {
    const after = text.slice(start + startDelimiter.length);
    if (/^\s*[{[`]/.test(after)) {
      const end = after.indexOf(endDelimiter);
      return end < 0 ? undefined : after.slice(0, end);
    }
    start = start === 0 ? -1 : text.lastIndexOf(startDelimiter, start - 1);
  }
  return undefined;
}

function withoutFence(body: string): string {
  if (!body.startsWith("```")) return body;
  return body.replace(/^```[a-zA-Z0-9]*\s*/, "").replace(/```$/, "");
}

const quoteBackslashOrComma = /"|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})?|,/g;
const closingBracket = /\s*[}\]]/y;

/**
 * Drops commas before a closing bracket and doubles backslashes that begin no JSON escape; texts keep their commas.
 * One pass over the marks that matter: the text may be a megabyte of quotes, and a pattern that tries every one of
 * them as the beginning of a string would hold up every run of the worker.
 */
function repaired(json: string): string {
  const parts: string[] = [];
  let from = 0;
  let isInText = false;
  for (const { 0: mark, index } of json.matchAll(quoteBackslashOrComma)) {
    if (mark === '"') isInText = !isInText;
    if (mark === "," ? isInText || !closesAfter(json, index) : mark !== "\\" || !isInText) continue;
    parts.push(json.slice(from, index), mark === "," ? "" : "\\\\");
    from = index + 1;
  }
  return parts.join("") + json.slice(from);
}

function closesAfter(json: string, index: number): boolean {
  closingBracket.lastIndex = index + 1;
  return closingBracket.test(json);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}
