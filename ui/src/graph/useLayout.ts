import { useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useEffectEvent, useMemo, useState } from "react";
import { arrange } from "./arrange";
import { WHOLE } from "./fit";
import { carry, quickly, type Placed, type Plan } from "./plan";

/** Where everything stands. Laid out anew only when the shape of the graph is another: settings move nothing. */
export function useLayout(plan: Plan): Placed & { isSettled: boolean } {
  const shape = JSON.stringify([plan.names, plan.links.map(({ from, to }) => [from, to]), plan.frames]);
  const [made, setMade] = useState<{ shape: string; placed: Placed }>();
  const asked = useMemo(() => planOf(shape), [shape]);
  const quick = useMemo(() => quickly(asked), [asked]);
  useEffect(() => {
    let isWanted = true;
    void arrange(asked).then((placed) => isWanted && setMade({ shape, placed: placed ?? quick }));
    return () => {
      isWanted = false;
    };
  }, [shape, asked, quick]);
  return useMemo(() => {
    if (made?.shape === shape) return { ...made.placed, isSettled: true };
    return { ...(made ? carry(made.placed, asked, quick) : quick), isSettled: false };
  }, [made, shape, asked, quick]);
}

function planOf(shape: string): Plan {
  const [names, links, frames] = JSON.parse(shape) as [string[], [string, string][], Plan["frames"]];
  return { names, links: links.map(([from, to]) => ({ from, to })), frames };
}

/** Shows all of a graph once more when it is settled for the first time, unless somebody has looked elsewhere meanwhile. */
export function useFitOnce(isSettled: boolean, hasMoved: () => boolean): void {
  const flow = useReactFlow();
  const isMeasured = useStore(({ width }) => width > 0);
  const element = useStore(({ domNode }) => domNode);
  const fit = useEffectEvent(() => {
    if (!hasMoved()) void flow.fitView(WHOLE);
  });
  const [isFit, setFit] = useState(false);
  useEffect(() => {
    if (!isSettled || !isMeasured || isFit) return;
    setFit(true);
    fit();
    // Who takes its picture waits for that.
    element?.setAttribute("data-settled", "");
  }, [isSettled, isMeasured, isFit, element]);
}
