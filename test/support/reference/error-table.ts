/** The page that lists all error codes, written from their table. What each means at length is on its own page. */
import { errorCodes } from "@runfleet/model";
import { page, table } from "./markdown.js";

const heading = `# Error codes

Every error of Runfleet has one of these codes: as \`code\` of a \`RunfleetError\`, as \`error.code\` of a failed run or step, as exit
code of the command line. This page is written from the table in \`packages/model/src/error-codes.ts\`; a test holds it and the pages of the codes
together.

*Retryable* means: the same call may succeed later without anybody changing anything. Exit codes: 0 done, 1 the run failed or was
cancelled, 2 wrong usage, definition or input, 3 not found, 4 conflict, 5 Redis unreachable. An action may fail with a code of its
own; such a code stands in the step and the run as it was thrown and is not listed here.`;

export function describeErrorCodes(): string {
  const rows = Object.entries(errorCodes).map(([code, { meaning, retryable, httpStatus, exitCode }]) => [
    `[${code}](${code}.md)`,
    ...[meaning, retryable ? "yes" : "no", String(httpStatus), String(exitCode)],
  ]);
  return page(heading, ...table(["code", "meaning", "retryable", "HTTP status", "exit code"], rows));
}
