import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import type { Definition, Workflow } from "../api/types";
import type { Edition } from "./editionSearch";

type Read = { definition: Definition | undefined; error: unknown; retry: () => void };

/** The definition of an edition. What was published never changes. */
export function useEdition(workflow: Workflow, edition: Edition): Read {
  const isHere = edition === "draft" || (edition === "live" && !workflow.hasDraft);
  const number = edition === "live" ? (workflow.liveVersion ?? undefined) : Number(edition);
  const { data, error, refetch } = useQuery({
    queryKey: ["fixed", "version", workflow.id, number],
    queryFn: () => api.get("/v1/workflows/{id}/versions/{versionNumber}", { params: { path: { id: workflow.id, versionNumber: number ?? 0 } } }),
    enabled: !isHere && number !== undefined,
    staleTime: Infinity,
  });
  if (isHere) return { definition: workflow.definition, error: undefined, retry: () => undefined };
  return { definition: data?.definition as unknown as Definition | undefined, error, retry: () => void refetch() };
}
