import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import { useMay } from "../frame/whoami";
import { isOnItsWay } from "./types";

/** The transactions, documents and payments that a run wants: looked at again while one of them is on its way. */
export function useRunMoney(runId: string) {
  const may = useMay("wallets:read");
  const query = { params: { query: { runId, limit: 100 } } };
  const found = useQuery({
    queryKey: ["run-money", runId],
    queryFn: async () => {
      const [transactions, signatures, payments] = await Promise.all([api.get("/v1/transactions", query), api.get("/v1/signatures", query), api.get("/v1/payments", query)]);
      return { transactions: transactions.items, signatures: signatures.items, payments: payments.items };
    },
    refetchInterval: ({ state }) => ([...(state.data?.transactions ?? []), ...(state.data?.signatures ?? []), ...(state.data?.payments ?? [])].some(isOnItsWay) ? 3_000 : 15_000),
    retry: false,
    enabled: may,
  });
  const { transactions = [], signatures = [], payments = [] } = found.data ?? {};
  return { transactions, signatures, payments, error: found.error, count: transactions.length + signatures.length + payments.length };
}
