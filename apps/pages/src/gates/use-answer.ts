/** Sends one answer to a gate and looks again at everything, since it may have moved several runs. */
import type { GateDocument } from "@runfleet/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type GateAnswer } from "../api";

/** `answer` may throw what makes the answer no answer; it is shown as what the server refuses is. */
export function useAnswer<T>(gate: GateDocument, answer: (chosen: T) => GateAnswer) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (chosen: T) => api.answer(gate.runId, gate.address, answer(chosen)),
    onSettled: () => queries.invalidateQueries(),
  });
}
