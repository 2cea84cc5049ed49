/** Mounts the pages. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isProblem } from "./api";
import { App } from "./app";
import "./style.css";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the caller did wrong stays wrong; a server that is away comes back.
      retry: (failures, error) => failures < 3 && !(isProblem(error) && error.status < 500),
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
