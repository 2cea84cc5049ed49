/**
 * The options of a gate of type `http`, which is polled over HTTP: what may be written, and what is wrong with what was
 * written. Texts with placeholders are judged when they are filled in. Does no request.
 */
import { parseDuration } from "./duration.js";

/** Without `field` the status of the answer decides, with it a member of its JSON. */
export const httpGateOptions = [
  /** Address; placeholders are filled in, encoded. Required. */
  "url",
  /** GET (default), HEAD or POST. */
  "method",
  /** One `Name: value` per line; placeholders are filled in. */
  "headers",
  /** Text to send with POST. */
  "body",
  /** Path of the member that decides, for example `data.state`. */
  "field",
  /** Values, or statuses such as `200` or `2xx`, with commas between. */
  "approved",
  "rejected",
  /** Path of the member that becomes the feedback. */
  "text",
  /** Time between two polls; default 10s. */
  "every",
] as const;
export type HttpGateOption = (typeof httpGateOptions)[number];

export interface HttpGateProblem {
  readonly option: string;
  readonly problem: string;
  /** The option does nothing: the gate works without it. */
  readonly isUnknown?: true;
}

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST"]);
const pollMsMin = 1_000;

type Params = Readonly<Record<string, string>>;
type Check = (value: string, params: Params) => string | undefined;

const checks: Readonly<Record<HttpGateOption, Check>> = {
  url: (value) =>
    /^\s*$/.test(value)
      ? "is empty"
      : value.includes("{{") || /^https?:\/\/[^\s/]/i.test(value)
        ? undefined
        : "is no http or https address",
  method: (value) => (methods.has(value.toUpperCase()) ? undefined : `must be ${[...methods].join(", ")}`),
  headers: (value) => {
    const wrong = headerLines(value).find(([name]) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name));
    return wrong === undefined ? undefined : "must have one `Name: value` in each line";
  },
  body: (_value, { method = "GET" }) =>
    method.toUpperCase() === "POST" ? undefined : "is sent with `method = POST` only",
  field: checkPath,
  approved: checkValues,
  rejected: (value, params) => {
    const both = listed(value).find((one) => listed(params["approved"] ?? "").includes(one));
    return both === undefined ? checkValues(value, params) : `and \`approved\` both name \`${both}\``;
  },
  text: checkPath,
  every: (value) =>
    (parseDuration(value) ?? 0) >= pollMsMin ? undefined : "must be a duration of at least 1s",
};

/** What is wrong with the options of an `http` gate; nothing when they can be used. */
export function httpGateProblems(params: Params): readonly HttpGateProblem[] {
  const problems: HttpGateProblem[] = [];
  if (params["url"] === undefined) problems.push({ option: "url", problem: "is missing" });
  for (const [option, value] of Object.entries(params)) {
    if (!Object.hasOwn(checks, option)) {
      problems.push({ option, problem: "is no option of an `http` gate", isUnknown: true });
      continue;
    }
    const problem = checks[option as HttpGateOption](value, params);
    if (problem !== undefined) problems.push({ option, problem });
  }
  return problems;
}

/** Name and value of each line that is not empty; a line without a colon has an empty name. */
export function headerLines(text: string): readonly (readonly [name: string, value: string])[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, Math.max(0, colon)).trim(), line.slice(colon + 1).trim()] as const;
    });
}

/** The values of a text with commas between. */
export function listed(text: string): readonly string[] {
  return text
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
}

function checkPath(value: string): string | undefined {
  const isPath = value.split(".").every((member) => member.trim() !== "");
  return isPath ? undefined : "must name a member, for example `data.state`";
}

function checkValues(value: string, params: Params): string | undefined {
  const values = listed(value);
  if (values.length === 0) return "names no value";
  if (params["field"] !== undefined) return undefined;
  const wrong = values.find((one) => !/^[1-5](?:\d\d|xx)$/.test(one));
  return wrong === undefined
    ? undefined
    : `names \`${wrong}\`, which is no status such as 200 or 2xx; with \`field\` it could be any value`;
}
