import { Radio, RefreshCw, Unplug } from "lucide-react";
import type { StreamState } from "../api/useStream";

/** Whether what is shown is the present. */
export function ConnectionSign({ state }: { state: StreamState }) {
  const [label, tone, Icon] = {
    connecting: ["Connecting", "still", RefreshCw] as const,
    live: ["Live", "good", Radio] as const,
    broken: ["Reconnecting", "wait", RefreshCw] as const,
    refused: ["Not live", "bad", Unplug] as const,
    ended: ["Complete", "still", Radio] as const,
  }[state.connection];
  return (
    <span className={`status connection tone-${tone}`} role="status" title={state.problem?.message}>
      <Icon size={14} className={state.connection === "broken" ? "spin" : undefined} aria-hidden />
      {label}
    </span>
  );
}
