import { useInfiniteQuery } from "@tanstack/react-query";
import type { Page } from "../api/types";

/** A list that is read a page at a time by its cursor. */
export function usePages<T>(
  key: unknown[],
  read: (cursor: string | undefined) => Promise<Page<T>>,
  options: { refetchInterval?: number | false; enabled?: boolean } = {},
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.hasMore ? (page.cursor ?? undefined) : undefined),
    ...options,
  });
  return { ...query, items: query.data?.pages.flatMap((page) => page.items) ?? [] };
}
