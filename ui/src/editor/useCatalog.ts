import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../api/client";
import type { DefinitionNode, NodeType, Page } from "../api/types";
import { branchesIn, type BranchesOf } from "./model/links";

/** The catalogue never changes while a server runs. */
const FOREVER = { staleTime: Infinity, gcTime: Infinity };
const AT_ONCE = 100;

async function all(path: "/v1/actions" | "/v1/triggers"): Promise<NodeType[]> {
  const found: NodeType[] = [];
  for (;;) {
    const page = (await api.get(path, { params: { query: { summary: true, limit: AT_ONCE, offset: found.length } } })) as unknown as Page<NodeType>;
    found.push(...page.items);
    if (!page.hasMore || page.items.length === 0) return found;
  }
}

export type Catalog = { list: NodeType[]; of: (type: string) => NodeType | undefined; branchesOf: BranchesOf; isPending: boolean; error: unknown };

/** All that a node can be, without schemas. */
export function useCatalog(): Catalog {
  const { data, isPending, error } = useQuery({
    queryKey: ["fixed", "catalog"],
    queryFn: async () => (await Promise.all([all("/v1/triggers"), all("/v1/actions")])).flat(),
    ...FOREVER,
  });
  return useMemo(() => {
    const byType = new Map((data ?? []).map((type) => [type.type, type]));
    const branchesOf = (node: DefinitionNode) => branchesIn(node, byType.get(node.type)?.branches ?? []);
    return { list: data ?? [], of: (type) => byType.get(type), branchesOf, isPending, error };
  }, [data, isPending, error]);
}

/** One of them with its schemas and its example. */
export function useNodeType(known: NodeType | undefined): NodeType | undefined {
  const { data } = useQuery({
    queryKey: ["fixed", "node-type", known?.type],
    queryFn: async () => {
      const params = { params: { path: { type: known?.type ?? "" } } };
      return (known?.role === "trigger" ? await api.get("/v1/triggers/{type}", params) : await api.get("/v1/actions/{type}", params)) as unknown as NodeType;
    },
    enabled: known !== undefined,
    ...FOREVER,
  });
  return data;
}
