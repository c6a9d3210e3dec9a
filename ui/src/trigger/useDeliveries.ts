import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import { asObject, type Json } from "../api/exactJson";
import { useNow } from "../common/time";

/** While somebody listens, the list is looked at so often. */
const LOOK = 2_000;

/** The last deliveries to a workflow, and the ear that hears them before it is live. */
export function useDeliveries(workflowId: string, enabled = true) {
  const listen = useMutation({ mutationFn: () => api.post("/v1/workflows/{id}/listen", { params: { path: { id: workflowId } } }) });
  const until = listen.data?.until;
  const now = useNow(until === undefined ? undefined : 1_000);
  const left = until === undefined ? 0 : Math.max(0, Date.parse(until) - now);
  const list = useQuery({
    queryKey: ["deliveries", workflowId],
    queryFn: () => api.get("/v1/workflows/{id}/deliveries", { params: { path: { id: workflowId } } }),
    refetchInterval: left > 0 ? LOOK : 15_000,
    enabled,
  });
  return { list, items: list.data?.items ?? [], listen, isListening: left > 0, left };
}

/** What a run would be told of a delivery: it is read as the trigger of the draft says. */
export async function toldBy(workflowId: string, delivery: string): Promise<{ body: Json; headers: Record<string, string> }> {
  const { firings, reason } = await api.post("/v1/workflows/{id}/trigger/test", { params: { path: { id: workflowId } }, body: { with: { delivery } } });
  const [first] = firings;
  if (!first) throw new Error(reason ?? "The trigger would start nothing from this delivery");
  const headers = Object.fromEntries(Object.entries(asObject(first.headers)).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  return { body: first.body as unknown as Json, headers };
}
