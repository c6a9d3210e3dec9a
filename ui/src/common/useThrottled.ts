import { useEffect, useEffectEvent, useRef } from "react";

/** Calls at most once in a while, and once more for what came meanwhile. */
export function useThrottled(call: () => void, everyMs: number): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);
  const run = useEffectEvent(call);
  const due = useRef<() => void>(() => undefined);
  useEffect(() => {
    due.current = () => {
      if (timer.current !== undefined) return;
      const pause = Math.max(0, last.current + everyMs - Date.now());
      timer.current = setTimeout(() => {
        timer.current = undefined;
        last.current = Date.now();
        run();
      }, pause);
    };
    return () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [everyMs]);
  const ask = useRef(() => due.current());
  return ask.current;
}
