/** Everything that waits for a person, longest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { GateCard } from "./gate-card";

export function GatesPage() {
  const pages = useInfiniteQuery({
    queryKey: ["gates", "inbox"],
    queryFn: ({ pageParam }) => api.gates({ cursor: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor,
    refetchInterval: 3_000,
  });
  const gates = pages.data?.pages.flatMap((page) => page.gates) ?? [];
  return (
    <>
      <h1>Gates</h1>
      {pages.error === null ? null : <ProblemNote error={pages.error} />}
      {pages.isSuccess && gates.length === 0 ? <p className="quiet">Nothing waits for an answer.</p> : null}
      {gates.map((gate) => (
        <GateCard key={`${gate.runId} ${gate.address} ${gate.since}`} gate={gate} />
      ))}
      {pages.hasNextPage ? (
        <button type="button" onClick={() => void pages.fetchNextPage()}>
          Show more
        </button>
      ) : null}
    </>
  );
}
