/** One run on one line of the family tree: how it stands, its name as a link, what it is for, how long, how much, what it waits for. */
import type { RunRow } from "@runfleet/client";
import { Link } from "wouter";
import { Status } from "../../parts/status";
import { waitText } from "../../runs/wait-text";
import { between, dollars } from "../../words";
import { familyName, inputsText } from "./family-words";

interface FamilyLineProps {
  readonly run: RunRow;
  readonly now: number;
  /** The run whose page this is. */
  readonly isHere?: boolean;
}

export function FamilyLine({ run, now, isHere = false }: FamilyLineProps) {
  const { id, workflow, label, startedAt, endedAt, totals, error, blockedOn } = run;
  const name = familyName(run);
  const about = [
    name === label ? workflow : "",
    inputsText(run.inputs),
    between(startedAt, endedAt, now),
    totals.costUsd === 0 ? "" : dollars(totals.costUsd),
    error?.message ?? blockedOn.map(waitText).join(", "),
  ];
  return (
    <>
      <Status status={run.status} />{" "}
      {isHere ? <strong aria-current="page">{name}</strong> : <Link href={`/runs/${id}`}>{name}</Link>}{" "}
      <span className="quiet">{about.filter((text) => text !== "").join(" · ")}</span>
    </>
  );
}
