import { ExactNumber, type Json } from "../api/exactJson";

/** Whether a value, or a name in it, has these words in it. */
export function holds(value: Json, words: string): boolean {
  if (words === "") return true;
  if (typeof value === "string") return value.toLowerCase().includes(words);
  if (value === null || typeof value !== "object" || value instanceof ExactNumber) {
    return String(value).toLowerCase().includes(words);
  }
  if (Array.isArray(value)) return value.some((item) => holds(item, words));
  return Object.entries(value).some(([name, item]) => name.toLowerCase().includes(words) || holds(item, words));
}

/** All lists and objects within a value that have these words in them somewhere: found in one pass, however deep they lie. */
export function placesOf(value: Json, words: string): Set<Json> {
  const found = new Set<Json>();
  const look = (at: Json): boolean => {
    if (at === null || typeof at !== "object" || at instanceof ExactNumber) return holds(at, words);
    let has = false;
    if (Array.isArray(at)) for (const item of at) has = look(item) || has;
    else for (const name of Object.keys(at)) has = look(at[name] ?? null) || name.toLowerCase().includes(words) || has;
    if (has) found.add(at);
    return has;
  };
  look(value);
  return found;
}

export function entriesOf(value: Json): [string, Json][] | undefined {
  if (value === null || typeof value !== "object" || value instanceof ExactNumber) return undefined;
  if (Array.isArray(value)) return value.map((item, index) => [String(index), item]);
  return Object.entries(value);
}

export function summaryOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.length}]`;
  return `{${Object.keys(value as object).length}}`;
}
