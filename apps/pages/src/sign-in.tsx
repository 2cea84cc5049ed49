/** Asks for a token and exchanges it for a session. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "./api";
import { ProblemNote } from "./parts/problem-note";

export function SignIn() {
  const queries = useQueryClient();
  const [token, setToken] = useState("");
  const signing = useMutation({
    mutationFn: () => api.signIn(token),
    onSuccess: () => queries.resetQueries(),
  });
  return (
    <main className="narrow">
      <h1>Runfleet</h1>
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault();
          signing.mutate();
        }}
      >
        <label>
          API token
          <input
            type="password"
            autoComplete="current-password"
            required
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        {signing.error === null ? null : <ProblemNote error={signing.error} />}
        <button type="submit" className="main" disabled={signing.isPending}>
          Sign in
        </button>
      </form>
    </main>
  );
}
