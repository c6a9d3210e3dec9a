import { useMutation, useQueryClient } from "@tanstack/react-query";
import { done } from "./toasts";

/**
 * An order to the server, after which all that is shown is read again: an order changes more than the page knows.
 * `said` is what is told when it was carried out.
 */
export function useOrder<In, Out>(order: (given: In) => Promise<Out>, said?: string, then?: (out: Out) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: order,
    onSuccess: async (out) => {
      if (said) done(said);
      then?.(out);
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "fixed" && queryKey[0] !== "cures" });
    },
  });
}
