import { useVirtualizer, useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState, type ReactNode } from "react";

type More = { hasNextPage?: boolean; isFetchingNextPage?: boolean; fetchNextPage?: () => unknown };

/** So near to the end of what is there the next page is asked for. */
const NEAR = 15;

function useMore(last: number | undefined, count: number, more: More): void {
  const ask = useEffectEvent(() => {
    if (more.hasNextPage && !more.isFetchingNextPage) more.fetchNextPage?.();
  });
  const isNear = last !== undefined && last >= count - NEAR;
  useEffect(() => {
    if (isNear) ask();
  }, [isNear, count]);
}

/**
 * The rows of a table of which only those in sight are made, while the page scrolls. `first` and `after` are the rows
 * that stand for those before and behind.
 */
export function usePageRows(count: number, height: number, columns: number, more: More) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY), [count]);
  const rows = useWindowVirtualizer({ count, estimateSize: () => height, overscan: 10, scrollMargin: top });
  const shown = rows.getVirtualItems();
  useMore(shown.at(-1)?.index, count, more);
  const before = (shown[0]?.start ?? top) - top;
  const after = rows.getTotalSize() - ((shown.at(-1)?.end ?? top) - top);
  return { body, shown, measure: rows.measureElement, first: <Space height={before} columns={columns} />, after: <Space height={after} columns={columns} /> };
}

/** The same within a box that scrolls by itself. */
export function useBoxRows(count: number, height: number, columns: number, more: More) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count, getScrollElement: () => box.current, estimateSize: () => height, overscan: 10 });
  const shown = rows.getVirtualItems();
  useMore(shown.at(-1)?.index, count, more);
  const before = shown[0]?.start ?? 0;
  const after = rows.getTotalSize() - (shown.at(-1)?.end ?? 0);
  return { box, shown, first: <Space height={before} columns={columns} />, after: <Space height={after} columns={columns} /> };
}

function Space({ height, columns }: { height: number; columns: number }): ReactNode {
  if (height <= 0) return null;
  return (
    <tr aria-hidden className="space">
      <td colSpan={columns} style={{ height: `${height}px`, padding: 0, border: 0 }} />
    </tr>
  );
}
