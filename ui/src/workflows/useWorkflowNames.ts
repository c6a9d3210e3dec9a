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

const NONE: WorkflowSummary[] = [];

/** A list of hundreds asks for a name at each row. */
function named(list: WorkflowSummary[]) {
  return { list, names: new Map(list.map(({ id, name }) => [id, name])) };
}

/** The workflows of the organization, for names beside ids and for choosing one. */
export function useWorkflowNames(): { list: WorkflowSummary[]; nameOf: (id: string) => string | undefined } {
  const { data } = useQuery({ queryKey: ["workflow-names"], queryFn: all, staleTime: 300_000, select: named });
  return { list: data?.list ?? NONE, nameOf: (id) => data?.names.get(id) };
}
