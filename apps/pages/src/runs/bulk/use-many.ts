/**
 * A change of many runs from first to last: counted, asked for, made, told. Each phase is a row of requests, each going on
 * at the cursor of the one before; stopping is not to send the next one.
 */
import type { ManyDocument, RunFilter } from "@runfleet/client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, type ManyChange } from "../../api";
import { addUp } from "./add-up";

export interface Many {
  readonly phase: "counting" | "asking" | "changing" | "done";
  readonly change: ManyChange;
  /** What was counted, and what has been done since; undefined before the first answer. */
  readonly counted?: ManyDocument | undefined;
  readonly made?: ManyDocument | undefined;
  /** The last phase was ended before it was complete. */
  readonly isStopped: boolean;
  readonly error: unknown;
}

/** Nobody wants to know more exactly; counting on would only take time. */
const countedMax = 10_000;

function isAnswer(answer: unknown): answer is ManyDocument {
  return typeof answer === "object" && answer !== null && "matched" in answer;
}

export function useMany(filter: RunFilter) {
  const queries = useQueryClient();
  const [many, setMany] = useState<Many>();
  /** Counts phases, so that answers to one that was left are dropped. */
  const turn = useRef(0);
  // Who leaves the page has stopped it.
  useEffect(
    () => () => {
      turn.current += 1;
    },
    [],
  );

  const walk = async (
    request: { readonly change: ManyChange; readonly dryRun?: boolean; readonly reason?: string },
    told: (sum: ManyDocument) => void,
  ): Promise<boolean> => {
    const { change, ...rest } = request;
    turn.current += 1;
    const mine = turn.current;
    let sum: ManyDocument | undefined;
    do {
      const cursor = sum?.cursor;
      const asked = { filter, ...rest, ...(cursor ? { cursor } : {}) };
      const next = await api.changeMany(change, asked).catch((error: unknown) => error);
      if (turn.current !== mine) return false;
      if (!isAnswer(next)) throw next;
      sum = addUp(sum, next);
      told(sum);
    } while (sum.cursor !== null && !(rest.dryRun === true && sum.matched >= countedMax));
    return true;
  };
  const count = async (change: ManyChange): Promise<void> => {
    const begun = { change, isStopped: false, error: undefined };
    setMany({ ...begun, phase: "counting" });
    try {
      const isWhole = await walk({ change, dryRun: true }, (counted) =>
        setMany({ ...begun, phase: "counting", counted }),
      );
      if (isWhole) setMany((before) => before && { ...before, phase: "asking" });
    } catch (error) {
      setMany({ ...begun, phase: "done", error });
    }
  };
  const perform = async (reason: string): Promise<void> => {
    if (many === undefined) return;
    const begun = { ...many, phase: "changing", isStopped: false } as const;
    setMany(begun);
    const words = many.change === "cancel" && reason.trim() !== "" ? { reason } : {};
    try {
      const isWhole = await walk({ change: many.change, ...words }, (made) => setMany({ ...begun, made }));
      if (isWhole) setMany((before) => before && { ...before, phase: "done" });
    } catch (error) {
      setMany((before) => before && { ...before, phase: "done", error });
    }
    await queries.invalidateQueries({ queryKey: ["runs"] });
  };
  const stop = (): void => {
    turn.current += 1;
    setMany((before) =>
      before?.phase === "changing" ? { ...before, phase: "done", isStopped: true } : undefined,
    );
  };
  return { many, count, perform, stop };
}
