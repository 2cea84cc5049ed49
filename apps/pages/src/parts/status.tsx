/** A status as a coloured word. The word says it all; the colour only helps. */
import { toneOf } from "../words";

export function Status({ status }: { readonly status: string }) {
  return <span className={`badge ${toneOf(status)}`}>{status.replace("_", " ")}</span>;
}
