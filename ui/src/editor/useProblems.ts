import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../api/client";
import { writeJson } from "../api/exactJson";
import type { Detail } from "../api/problem";
import type { Definition } from "../api/types";
import { useSettled } from "../common/useSettled";

/** What is changed is looked at when nothing was changed for so long. */
const PAUSE = 500;

type Found = { problems: Detail[]; of: (id: string) => Detail[]; isChecking: boolean; error: unknown };

/** What keeps the definition from being published, as the server sees it. */
export function useProblems(definition: Definition): Found {
  const settled = useSettled(definition, PAUSE);
  const { data, isFetching, error } = useQuery({
    queryKey: ["checked", writeJson(settled)],
    queryFn: () => api.post("/v1/workflows/validate", { body: { definition: settled as unknown as Record<string, never> } }),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  const isChecking = isFetching || settled !== definition;
  return useMemo(() => {
    const problems = data?.problems ?? [];
    const byNode = new Map<string, Detail[]>();
    for (const problem of problems) {
      const id = problem.nodeId ?? /^\/nodes\/([^/]+)/.exec(problem.path)?.[1] ?? "";
      byNode.set(id, [...(byNode.get(id) ?? []), problem]);
    }
    return { problems, of: (id) => byNode.get(id) ?? [], isChecking, error };
  }, [data, isChecking, error]);
}
