/** What went wrong, in the server's own words. */
import { isProblem } from "../api";

export function ProblemNote({ error }: { readonly error: unknown }) {
  const code = isProblem(error) ? error.code : "internal";
  const text = error instanceof Error ? error.message : String(error);
  return (
    <p className="note bad" role="alert">
      <strong>{code}</strong> {text}
    </p>
  );
}
