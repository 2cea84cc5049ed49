/** Why a value does not fit a schema, in one line for people: `amount: expected a number; to.0: too short`. Pure. */

interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Of zod, whose message is its issues as JSON over many lines; what another library says stays as it is. */
export function schemaProblems({
  message,
  issues,
}: {
  readonly message: string;
  readonly issues?: unknown;
}): string {
  if (!Array.isArray(issues) || !issues.every(isIssue)) return message;
  return issues
    .map(({ path, message: what }) => (path.length === 0 ? what : `${path.join(".")}: ${what}`))
    .join("; ");
}

function isIssue(issue: unknown): issue is Issue {
  const { path, message } = (issue ?? {}) as Partial<Record<keyof Issue, unknown>>;
  const isName = (part: unknown): boolean => typeof part === "string" || typeof part === "number";
  return typeof message === "string" && Array.isArray(path) && path.every(isName);
}
