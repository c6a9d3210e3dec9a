import { useEffect, useEffectEvent, useRef } from "react";

type Keys = { onToggle: (index: number) => void };

/** Goes through the rows of a list: j and k to the next and the one before, Enter opens it, x chooses it. */
export function useRowKeys<E extends HTMLElement>({ onToggle }: Keys) {
  const list = useRef<E>(null);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && (target as HTMLInputElement).type !== "checkbox") return;
    if (target.closest("dialog")) return;
    const links = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const at = links.findIndex((link) => link === document.activeElement || link.closest("li")?.contains(document.activeElement));
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      const next = at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
      links[next]?.focus();
    } else if (event.key === "x" && at >= 0) {
      event.preventDefault();
      onToggle(at);
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
  return list;
}
