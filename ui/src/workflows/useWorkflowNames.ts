import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import type { WorkflowSummary } from "../api/types";

/** So many pages of a hundred are read for names; what is beyond is shown by its id. */
const PAGES = 6;

async function all(): Promise<WorkflowSummary[]> {
  const found: WorkflowSummary[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await api.get("/v1/workflows", { params: { query: { limit: 100, ...(cursor && { cursor }) } } });
    found.push(...answer.items);
    if (!answer.hasMore || !answer.cursor) break;
    cursor = answer.cursor;
  }
  return found;
}

/** The workflows of the organization, for names beside ids and for choosing one. */
export function useWorkflowNames(): { list: WorkflowSummary[]; nameOf: (id: string) => string | undefined } {
  const { data: list = [] } = useQuery({ queryKey: ["workflow-names"], queryFn: all, staleTime: 300_000 });
  return { list, nameOf: (id) => list.find((workflow) => workflow.id === id)?.name };
}
