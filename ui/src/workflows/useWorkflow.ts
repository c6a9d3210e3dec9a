import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import type { Workflow } from "../api/types";

/** One workflow with its draft, as the pages that show it share it. */
export function useWorkflow(id: string, options: { retry?: false } = {}) {
  return useQuery({
    queryKey: ["workflow", id],
    queryFn: async () => (await api.get("/v1/workflows/{id}", { params: { path: { id } } })) as unknown as Workflow,
    ...options,
  });
}
