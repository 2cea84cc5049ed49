/** Mounts the pages. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isProblem } from "./api";
import { App } from "./app";
import "./style.css";

/** How soon a server that was away is asked again, by what is not asked for at an interval of its own. */
const againMs = 3_000;

/** What the caller did wrong stays wrong; a server that is away comes back. */
function isForGood(error: unknown): boolean {
  return isProblem(error) && error.status >= 400 && error.status < 500;
}

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 3 && !isProblem(error),
      refetchInterval: ({ state: { error } }) => (error === null || isForGood(error) ? false : againMs),
      refetchOnWindowFocus: true,
    },
  },
});

const place = document.getElementById("app");
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
