/** What a person may do with a run now. What cannot be undone is asked for twice. */
import type { RunDocument } from "@runfleet/model";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { useMay } from "../parts/session";

interface Action {
  readonly name: string;
  readonly hint: string;
  readonly role: "operator" | "admin";
  readonly isPossible: boolean;
  readonly perform: (id: string) => Promise<void>;
}

const ended: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

/** `show` goes to the page of a run. */
function actionsOf(run: RunDocument, show: (id: string) => void): readonly Action[] {
  const isOpen = !ended.has(run.status);
  const actions: readonly Action[] = [
    {
      name: "Cancel",
      hint: "its always block still runs",
      role: "operator",
      isPossible: isOpen && run.status !== "cancelling",
      perform: (id: string) => api.cancel(id, "cancelled on its page"),
    },
    {
      name: "Terminate",
      hint: "ends at once; nothing more of it runs",
      role: "admin",
      isPossible: isOpen,
      perform: api.terminate,
    },
    {
      name: "Retry",
      hint: "goes on from the step that failed",
      role: "operator",
      isPossible: run.status === "failed" && run.parentId === null,
      perform: api.retry,
    },
    {
      name: "Rerun",
      hint: "a new run with the same version and inputs",
      role: "operator",
      isPossible: true,
      perform: async (id: string) => show((await api.rerun(id)).id),
    },
  ];
  return actions.filter(({ isPossible }) => isPossible);
}

export function RunActions({ run }: { readonly run: RunDocument }) {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const isAdmin = useMay("admin");
  const isOperator = useMay("operator");
  const [asked, setAsked] = useState<string>();
  const acting = useMutation({
    mutationFn: (action: Action) => action.perform(run.id),
    onSettled: () => {
      setAsked(undefined);
      return queries.invalidateQueries();
    },
  });
  const actions = actionsOf(run, (id) => go(`/runs/${id}`)).filter(({ role }) =>
    role === "admin" ? isAdmin : isOperator,
  );
  if (actions.length === 0) return null;
  return (
    <section className="actions" aria-label="Actions">
      {actions.map((action) =>
        asked === action.name ? (
          <span key={action.name} className="sure">
            {action.name}: {action.hint}.
            <button
              type="button"
              className="main"
              disabled={acting.isPending}
              onClick={() => acting.mutate(action)}
            >
              Yes, {action.name.toLowerCase()}
            </button>
            <button type="button" onClick={() => setAsked(undefined)}>
              No
            </button>
          </span>
        ) : (
          <button key={action.name} type="button" onClick={() => setAsked(action.name)}>
            {action.name}
          </button>
        ),
      )}
      {acting.error === null ? null : <ProblemNote error={acting.error} />}
    </section>
  );
}
