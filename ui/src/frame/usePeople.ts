import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import { useWhoami } from "./whoami";

/** What people and service accounts are called, for whoever may see that: others see ids. */
export function usePeople(): (id: string) => string | undefined {
  const { data: who } = useWhoami();
  const may = who?.permissions.includes("installation:manage") ?? false;
  const mayAccounts = who?.permissions.includes("keys:read") ?? false;
  const { data } = useQuery({
    queryKey: ["fixed", "people"],
    queryFn: async () => new Map((await api.get("/v1/users", { params: { query: { limit: 100 } } })).items.map(({ id, name, email }) => [id, name ?? email])),
    staleTime: 300_000,
    retry: false,
    enabled: may,
  });
  const { data: accounts } = useQuery({
    queryKey: ["fixed", "accounts"],
    queryFn: async () => new Map((await api.get("/v1/service-accounts", { params: { query: { limit: 100 } } })).items.map(({ id, name }) => [id, name])),
    staleTime: 300_000,
    retry: false,
    enabled: mayAccounts,
  });
  return (id) => data?.get(id) ?? accounts?.get(id);
}
