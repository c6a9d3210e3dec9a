import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import { useWhoami } from "../frame/whoami";

export function useRoles() {
  return useQuery({ queryKey: ["roles"], queryFn: async () => (await api.get("/v1/organization/roles")).items, staleTime: 60_000 });
}

/** Every permission that somebody may be given: what roles hold, and what oneself has, but for that of the installation. */
export function useGivable(): { all: string[]; mine: string[] } {
  const roles = useRoles();
  const { data: who } = useWhoami();
  const mine = who?.permissions ?? [];
  const widest = [...(roles.data ?? [])].sort((a, b) => b.permissions.length - a.permissions.length)[0]?.permissions ?? [];
  const all = [...new Set([...widest, ...(roles.data ?? []).flatMap(({ permissions }) => permissions), ...mine])].filter((permission) => !permission.startsWith("installation:"));
  return { all, mine };
}
