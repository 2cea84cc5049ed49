/** Who looks at the pages, and what their role lets them do. The server decides again at every request. */
import { useQuery } from "@tanstack/react-query";
import { api, type Session } from "../api";

type Role = Session["role"];

/** Each role may do what those before it may. */
const ranks: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

/** Sessions end and roles change, seldom. */
const lookMs = 60_000;

export function useSession() {
  return useQuery({
    queryKey: ["session"],
    queryFn: api.session,
    staleTime: lookMs,
    refetchInterval: lookMs,
  });
}

/** False until it is known who looks. */
export function useMay(wanted: Role): boolean {
  const { data } = useSession();
  return data !== undefined && ranks[data.role] >= ranks[wanted];
}
