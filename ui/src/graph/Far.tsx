import { useStore } from "@xyflow/react";
import { useEffect } from "react";

/** From here on letters are five pixels high. */
const FAR = 0.35;

/** Marks a graph that is seen from far away: no word in it can be read then, and a thousand of them cost more to draw than all else. */
export function Far(): null {
  const isFar = useStore(({ transform }) => transform[2] < FAR);
  const element = useStore(({ domNode }) => domNode);
  useEffect(() => {
    element?.toggleAttribute("data-far", isFar);
  }, [element, isFar]);
  return null;
}
