/**
 * "Did you mean": the known word nearest to an unknown one by edit distance (swapped neighbours count as one edit).
 * Long words get no suggestion, so the cost of one question is bounded.
 */
const wordLengthMax = 40;

/** More candidates than this are not compared: generated definitions have thousands of names. */
const candidatesMax = 1_000;

/** The nearest candidate, or `undefined` when none is near. At equal distance the earlier candidate wins. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > wordLengthMax) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.max(1, Math.floor(word.length / 3))) + 1;
  let seen = 0;
  for (const candidate of candidates) {
    seen += 1;
    if (seen > candidatesMax) break;
    if (candidate.length > wordLengthMax || Math.abs(candidate.length - word.length) >= bestDistance)
      continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** "did you mean `x`?", or else "known: `a`, `b`" as long as the list is short enough to be read. */
export function suggestionHint(word: string, candidates: Iterable<string>): string | undefined {
  const known = [...candidates];
  const near = suggest(word, known);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  if (known.length === 0 || known.length > 12) return undefined;
  return `known here: ${known.map((name) => `\`${name}\``).join(", ")}`;
}

/** Optimal string alignment distance; rows of the table have one member more than `b` has characters. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      current[j] = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? (beforePrevious[j - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] as number;
}
