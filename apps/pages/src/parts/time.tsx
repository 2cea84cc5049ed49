/** A time as people speak of it, exact on demand. Counts on by itself. */
import { useEffect, useState } from "react";
import { clockTime, relative } from "../words";

/** The present, renewed once a second while something on the page depends on it. */
export function useNow(isCounting = true): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isCounting) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isCounting]);
  return now;
}

export function Ago({ iso }: { readonly iso: string | null }) {
  const now = useNow(iso !== null);
  if (iso === null) return null;
  return (
    <time dateTime={iso} title={clockTime(iso)}>
      {relative(iso, now)}
    </time>
  );
}
