import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import { useOrganization, useSession } from "../api/session";

/** Who is signed in, where, and what they may do there. */
export function useWhoami() {
  const session = useSession();
  const organization = useOrganization();
  return useQuery({
    queryKey: ["whoami", organization],
    queryFn: () => api.get("/v1/whoami"),
    staleTime: 60_000,
    enabled: session !== undefined,
  });
}

/** Whether something may be done, as far as is known: the server decides. */
export function useMay(permission: string): boolean {
  const { data } = useWhoami();
  return data === undefined || data.permissions.includes(permission);
}

export function useOrganizations() {
  const session = useSession();
  return useQuery({
    queryKey: ["organizations", session?.kind],
    queryFn: async () => {
      if (session?.kind === "person") return (await api.get("/v1/auth/organizations")).items;
      return (await api.get("/v1/organizations", { params: { query: { limit: 100 } } })).items;
    },
    staleTime: 60_000,
    enabled: session !== undefined,
  });
}
