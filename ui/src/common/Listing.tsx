import type { ReactNode } from "react";
import { Button } from "./Button";
import { Loading } from "./Loading";
import { ProblemNote } from "./ProblemNote";

export { Loading };

type Query = {
  isPending: boolean;
  isError: boolean;
  error: unknown;
  refetch: () => unknown;
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?: () => unknown;
  items: unknown[];
};

/** A list in each of its states: not there yet, refused, empty, there, and with more behind it. */
export function Listing({ query, empty, children }: { query: Query; empty: ReactNode; children: ReactNode }) {
  if (query.isPending) return <Loading />;
  if (query.isError && query.items.length === 0) {
    return (
      <div className="body">
        <ProblemNote error={query.error} onRetry={() => query.refetch()} />
      </div>
    );
  }
  if (query.items.length === 0) return empty;
  return (
    <>
      {query.isError && <ProblemNote error={query.error} onRetry={() => query.refetch()} />}
      {children}
      {query.hasNextPage && (
        <div className="row body">
          <Button busy={query.isFetchingNextPage ?? false} onClick={() => query.fetchNextPage?.()}>
            Show more
          </Button>
          <span className="quiet small">{query.items.length.toLocaleString()} shown</span>
        </div>
      )}
    </>
  );
}
