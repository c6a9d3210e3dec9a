import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";

/** The wallets of the organization, those in the archive too. */
export function useWallets() {
  const { data } = useQuery({ queryKey: ["wallet-names"], queryFn: async () => (await api.get("/v1/wallets", { params: { query: { limit: 100 } } })).items, staleTime: 30_000 });
  const list = data ?? [];
  return { list, nameOf: (id: string | null | undefined) => list.find((wallet) => wallet.id === id)?.name };
}
