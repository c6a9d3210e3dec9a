/** What the browser keeps. It may refuse to: then the tab keeps it, as long as it is open. */
const memory = new Map<string, string>();

type Keep = "browser" | "tab";

function place(keep: Keep): Storage | undefined {
  try {
    return keep === "browser" ? globalThis.localStorage : globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

export function read<T>(keep: Keep, name: string): T | undefined {
  const key = `chainkeel.${name}`;
  const text = place(keep)?.getItem(key) ?? memory.get(key);
  if (text === undefined || text === null) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

export function write(keep: Keep, name: string, value: unknown): void {
  const key = `chainkeel.${name}`;
  if (value === undefined) {
    memory.delete(key);
    place(keep)?.removeItem(key);
    return;
  }
  const text = JSON.stringify(value);
  try {
    place(keep)?.setItem(key, text);
  } catch {
    memory.set(key, text);
  }
}
