import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import type { Chain } from "../api/types";

/** The chains that are known here. The frame asks the same, so that it is asked once. */
export function useChains() {
  const { data } = useQuery({ queryKey: ["fixed", "chains"], queryFn: () => api.get("/v1/chains"), staleTime: 600_000 });
  const list = (data?.items ?? []) as Chain[];
  return { list, chainOf: (id: number | null | undefined) => list.find(({ chainId }) => chainId === id) };
}

/** What a chain is called, or its number. */
export const nameOf = (chain: Chain | undefined, id: number | null | undefined): string => chain?.name ?? (id === null || id === undefined ? "every chain" : `chain ${id}`);

/** A link to an explorer of the chain, where its record has one. */
export function linkTo(chain: Chain | undefined, what: "transaction" | "address" | "block", value: string): string | undefined {
  const pattern = chain?.explorer?.[what];
  const link = pattern?.replace(/\{\w+\}/, encodeURIComponent(value));
  // The record may be somebody's own: a link leads to the web and nowhere else.
  return link && /^https?:\/\//.test(link) ? link : undefined;
}

/** What a token calls itself and how it is counted, as the chain says it. It proves nothing. */
export function useToken(walletId: string | undefined, chain: Chain | undefined, token: string | undefined) {
  const { data } = useQuery({
    queryKey: ["fixed", "token", chain?.chainId, token],
    queryFn: async () => {
      const { chains } = await api.get("/v1/wallets/{id}/balances", { params: { path: { id: walletId ?? "" }, query: { chain: chain?.slug ?? "", token: token ?? "" } } });
      return chains[0]?.balances.find(({ tokenAddress }) => tokenAddress?.toLowerCase() === token?.toLowerCase()) ?? null;
    },
    staleTime: 600_000,
    retry: false,
    enabled: walletId !== undefined && chain !== undefined && token !== undefined,
  });
  return data ?? undefined;
}

/** How high the chain is now, asked while something waits for it. */
export function useHeight(walletId: string, chain: Chain | undefined, isWaiting: boolean): number | undefined {
  const { data } = useQuery({
    queryKey: ["height", chain?.chainId],
    queryFn: async () => (await api.get("/v1/wallets/{id}/balances", { params: { path: { id: walletId }, query: { chain: chain?.slug ?? "" } } })).chains[0]?.blockNumber ?? null,
    refetchInterval: 5_000,
    retry: false,
    enabled: isWaiting && chain !== undefined,
  });
  return data ?? undefined;
}
