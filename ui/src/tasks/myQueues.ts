import { useSyncExternalStore } from "react";
import { organization } from "../api/session";

/** Which queues somebody looks after is known to nobody but them: it is kept in this browser, by organization. */
const place = () => `chainkeel.queues.${organization() ?? "own"}`;
const listeners = new Set<() => void>();
let known: { place: string; text: string | null; list: string[] } = { place: "", text: null, list: [] };

function read(): string[] {
  const at = place();
  const text = localStorage.getItem(at);
  if (known.place !== at || known.text !== text) known = { place: at, text, list: (text ?? "").split("\n").filter(Boolean) };
  return known.list;
}

export function setMyQueues(queues: string[]): void {
  localStorage.setItem(place(), [...new Set(queues)].join("\n"));
  for (const listener of listeners) listener();
}

export function useMyQueues(): string[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}
