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
  const value = parseJson(repaired(withoutFence(body.trim())));
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

/** Drops commas before a closing bracket and doubles backslashes that begin no JSON escape. */
function repaired(json: string): string {
  return json.replace(/"[^"\\]*(?:\\[\s\S][^"\\]*)*"|,(?=\s*[}\]])/g, (match) =>
    match === "," ? "" : match.replace(/\\(["\\/bfnrt]|u[0-9a-fA-F]{4})?/g, doubled),
  );
}

function doubled(match: string, valid: string | undefined): string {
  return valid === undefined ? "\\\\" : match;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
