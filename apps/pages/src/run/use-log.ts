/** The log of one step as the server has it, and what comes while the step is under way. Nobody tells of new lines: it looks again. */
import type { LogLineDocument } from "@runfleet/client";
import { useEffect, useRef, useState } from "react";
import { api } from "../api";

/** Between two looks. */
const lookAgainMs = 1_000;
/** A step has about 5,000 at once; one that speaks on and on is not kept whole. */
const keptMax = 10_000;

/** `isOpen`: there may be more. */
export function useLog(run: string, address: string, isOpen: boolean): readonly LogLineDocument[] {
  const [lines, setLines] = useState<readonly LogLineDocument[]>([]);
  const last = useRef("");
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const page = await api.log(run, { step: address, cursor: last.current }).catch(() => undefined);
      if (isOver) return;
      const fresh = page?.lines ?? [];
      last.current = fresh.at(-1)?.id ?? last.current;
      if (fresh.length > 0) setLines((before) => [...before, ...fresh].slice(-keptMax));
      if (page !== undefined && page.cursor !== null) await look();
      else if (isOpen || page === undefined) timer = setTimeout(look, lookAgainMs);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [run, address, isOpen]);
  return lines;
}
