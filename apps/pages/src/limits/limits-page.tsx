/** Limits of workflows: what is set by hand, what is in use and who waits for a place, and changing it while they run. */
import type { ScopeDocument, SetLimitDocument } from "@runfleet/client";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { useMay } from "../parts/session";
import { count, duration } from "../words";
import { LimitForm } from "./limit-form";

const lookMs = 2_000;

export function LimitsPage() {
  const mayChange = useMay("operator");
  const [edited, setEdited] = useState<SetLimitDocument>();
  const pages = useInfiniteQuery({
    queryKey: ["limits"],
    queryFn: ({ pageParam }) => api.limits({ cursor: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor,
    refetchInterval: lookMs,
  });
  const scopes = pages.data?.pages.flatMap((page) => page.scopes) ?? [];
  const set = pages.data?.pages[0]?.set ?? [];
  return (
    <>
      <h1>Limits</h1>
      {pages.error === null ? null : <ProblemNote error={pages.error} />}
      {pages.isPending ? <p className="quiet">Loading …</p> : null}
      <h2>In use</h2>
      {scopes.length === 0 ? (
        <p className="quiet">No run has or wants a place of a limit.</p>
      ) : (
        <Scopes scopes={scopes} />
      )}
      {pages.hasNextPage ? (
        <button type="button" onClick={() => void pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
          Show more
        </button>
      ) : null}
      <h2>Set by hand</h2>
      {set.length === 0 ? (
        <p className="quiet">None: every workflow is limited as it says itself.</p>
      ) : (
        <SetLimits limits={set} edit={mayChange ? setEdited : undefined} />
      )}
      {mayChange ? (
        <LimitForm key={edited?.workflow ?? ""} limit={edited} done={() => setEdited(undefined)} />
      ) : null}
    </>
  );
}

function Scopes({ scopes }: { readonly scopes: readonly ScopeDocument[] }) {
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            <th>Workflow</th>
            <th>Key</th>
            <th>Worked on</th>
            <th className="number">In line</th>
          </tr>
        </thead>
        <tbody>
          {scopes.map(({ workflow, key, limit, held, waiting }) => (
            <tr key={`${workflow} ${key}`}>
              <td>
                <Link href={`/?workflow=${encodeURIComponent(workflow)}`}>{workflow}</Link>
              </td>
              <td>{key ?? <span className="quiet">the whole workflow</span>}</td>
              <td>
                {limit === null ? (
                  `${count(held)}, no limit any more`
                ) : (
                  <>
                    <meter
                      aria-label={`Places of ${workflow}`}
                      min={0}
                      max={Math.max(1, limit)}
                      value={held}
                    />{" "}
                    {count(held)} of {count(limit)}
                  </>
                )}
              </td>
              <td className="number">
                {waiting === 0 ? (
                  0
                ) : (
                  <Link href={`/?status=pending&workflow=${encodeURIComponent(workflow)}`}>
                    {count(waiting)}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface SetLimitsProps {
  readonly limits: readonly SetLimitDocument[];
  /** Absent for those who only look. */
  readonly edit: ((limit: SetLimitDocument) => void) | undefined;
}

function SetLimits({ limits, edit }: SetLimitsProps) {
  const queries = useQueryClient();
  const removing = useMutation({
    mutationFn: api.removeLimit,
    onSettled: () => queries.invalidateQueries({ queryKey: ["limits"] }),
  });
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            <th>Workflow</th>
            <th className="number">At once</th>
            <th className="number">Of each key</th>
            <th>Starts</th>
            <th>Change</th>
          </tr>
        </thead>
        <tbody>
          {limits.map((limit) => (
            <tr key={limit.workflow}>
              <td>{limit.workflow}</td>
              <td className="number">{placesText(limit.concurrency)}</td>
              <td className="number">{placesText(limit.perKey)}</td>
              <td>{limit.rate === null ? "as it says" : rateText(limit.rate)}</td>
              <td className="sure">
                {edit === undefined ? null : (
                  <>
                    <button type="button" onClick={() => edit(limit)}>
                      Change {limit.workflow}
                    </button>
                    <button
                      type="button"
                      disabled={removing.isPending}
                      onClick={() => removing.mutate(limit.workflow)}
                    >
                      Remove {limit.workflow}
                    </button>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {removing.error === null ? null : <ProblemNote error={removing.error} />}
    </div>
  );
}

function placesText(places: number | null): string {
  if (places === null) return "as it says";
  return places === 0 ? "0: a brake" : count(places);
}

function rateText({ limit, perMs, burst }: NonNullable<SetLimitDocument["rate"]>): string {
  return `${count(limit)} in ${duration(perMs)}${burst > 1 ? `, ${count(burst)} at once` : ""}`;
}
