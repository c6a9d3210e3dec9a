import { QueryClient } from "@tanstack/react-query";
import { asProblem } from "./problem";

/** Whether another attempt may end otherwise: not where the server understood and refused. */
function isWorthRetrying(failures: number, error: unknown): boolean {
  const { status } = asProblem(error);
  return failures < 2 && (status === 0 || status === 429 || status >= 500);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: isWorthRetrying, staleTime: 5_000, refetchOnWindowFocus: true, throwOnError: false },
    mutations: { retry: false },
  },
});
