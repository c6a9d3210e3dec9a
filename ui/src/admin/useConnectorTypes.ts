import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";

/** The providers that this server knows. */
export function useConnectorTypes() {
  const { data: list = [] } = useQuery({ queryKey: ["fixed", "connector-types"], queryFn: async () => (await api.get("/v1/connector-types", { params: { query: { limit: 100 } } })).items, staleTime: 600_000 });
  return { list, typeOf: (type: string) => list.find((known) => known.type === type), nameOf: (type: string) => list.find((known) => known.type === type)?.name ?? type };
}
