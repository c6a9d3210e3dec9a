import { useSyncExternalStore } from "react";
import { asObject, asText } from "../api/exactJson";
import { organization } from "../api/session";

type Asked = { sql: string; at: string };
const KEPT = 30;
const listeners = new Set<() => void>();

/** What is asked in one organization is nobody's business in another. */
const place = () => `chainkeel.asked.${organization() ?? "own"}`;

let known: { place: string; text: string | null; list: Asked[] } = { place: "", text: null, list: [] };

/** The statements that this browser asked, the latest first. */
function read(): Asked[] {
  const at = place();
  const text = localStorage.getItem(at);
  if (known.place === at && known.text === text) return known.list;
  let list: Asked[] = [];
  try {
    const parsed: unknown = JSON.parse(text ?? "[]");
    if (Array.isArray(parsed)) list = parsed.map(asObject).map((entry) => ({ sql: asText(entry["sql"]) ?? "", at: asText(entry["at"]) ?? "" }));
  } catch {
    // What cannot be read is forgotten.
  }
  known = { place: at, text, list: list.filter(({ sql }) => sql !== "") };
  return known.list;
}

export function remember(sql: string): void {
  const list = [{ sql, at: new Date().toISOString() }, ...read().filter((entry) => entry.sql !== sql)].slice(0, KEPT);
  localStorage.setItem(place(), JSON.stringify(list));
  for (const listener of listeners) listener();
}

export function useAsked(): Asked[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}
