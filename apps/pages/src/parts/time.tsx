/** Times as people speak of them, exact on demand. They count on by themselves. */
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

/** How far away it is. */
export function Ago({ iso }: { readonly iso: string | null }) {
  const now = useNow(iso !== null);
  if (iso === null) return null;
  return (
    <time dateTime={iso} title={clockTime(iso)}>
      {relative(iso, now)}
    </time>
  );
}

/** The date and time of the place one is at, and how far away it is. */
export function Moment({ iso }: { readonly iso: string }) {
  const now = useNow();
  return (
    <time dateTime={iso}>
      {clockTime(iso)} ({relative(iso, now)})
    </time>
  );
}
