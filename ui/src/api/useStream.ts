import { useEffect, useEffectEvent, useState } from "react";
import type { Problem } from "./problem";
import { openStream, type Connection } from "./stream";
import type { Message } from "./sseParser";

export type StreamState = { connection: Connection; problem?: Problem | undefined };

/** Follows a stream while the component is there; none where there is no path yet. */
export function useStream(
  path: string | undefined,
  onMessages: (messages: Message[]) => void,
  lastEventId?: string,
): StreamState {
  const [state, setState] = useState<StreamState>({ connection: "connecting" });
  const take = useEffectEvent(onMessages);
  useEffect(() => {
    if (path === undefined) return undefined;
    setState({ connection: "connecting" });
    return openStream({
      path,
      lastEventId,
      onMessages: (messages) => take(messages),
      onConnection: (connection, problem) => setState({ connection, problem }),
    });
    // Where a stream goes on is its own matter once it is open.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [path]);
  return state;
}
