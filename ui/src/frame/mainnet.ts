/** Whether what is shown moves real money: then the whole app has a red frame. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { api } from "../api/client";
import type { Definition } from "../api/types";

let shown = 0;
const listeners = new Set<() => void>();

function change(by: number): void {
  shown += by;
  for (const listener of listeners) listener();
}

export function useIsMainnetShown(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown > 0,
  );
}

/** Puts the frame around the app while this component is there. */
export function useMainnetFrame(isMainnet: boolean): void {
  useEffect(() => {
    if (!isMainnet) return undefined;
    change(1);
    return () => change(-1);
  }, [isMainnet]);
}

/** The chains of a definition on which its nodes act, as the definition names them. */
function chainsOf(definition: Definition | null | undefined): string[] {
  const chains = new Set<string>();
  for (const node of Object.values(definition?.nodes ?? {})) {
    for (const name of ["chain", "chainId", "network", "fromChain", "toChain"]) {
      const value = node.payload?.[name];
      if (typeof value === "string" || typeof value === "number") chains.add(String(value));
    }
  }
  return [...chains];
}

/** Whether one of the chains is not known to be a test network. What cannot be told counts as real. */
export function useIsMainnet(definition: Definition | null | undefined): boolean {
  return useIsMainnetNamed(chainsOf(definition));
}

/** The same of a chain by its number. */
export function useIsMainnetChain(chainId: number | null | undefined): boolean {
  return useIsMainnetNamed(chainId === null || chainId === undefined ? [] : [String(chainId)]);
}

function useIsMainnetNamed(named: string[]): boolean {
  const { data } = useQuery({
    queryKey: ["fixed", "chains"],
    queryFn: () => api.get("/v1/chains"),
    staleTime: 600_000,
    enabled: named.length > 0,
  });
  return data !== undefined && named.some((name) => {
    const chain = data.items.find((item) => item.slug === name || String(item.chainId) === name);
    return chain?.isTestnet !== true;
  });
}
