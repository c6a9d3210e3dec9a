import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Theirs } from "./Theirs";

export type Found = { key: string; kind: string; label: string; note?: string | undefined };
type Props<T extends Found> = {
  /** What is looked for. */
  label: string;
  placeholder: string;
  words: string;
  onWords: (words: string) => void;
  items: T[];
  onChoose: (item: T) => void;
  empty: ReactNode;
};

/** A box in which a few letters find what is meant, and the arrows and Enter choose it. */
export function Finder<T extends Found>({ label, placeholder, words, onWords, items, onChoose, empty }: Props<T>) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [place, setPlace] = useState(0);
  useEffect(() => input.current?.focus(), []);
  const at = Math.min(place, Math.max(0, items.length - 1));
  const choose = (item: T | undefined) => item && onChoose(item);
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = (at + step + items.length) % Math.max(1, items.length);
      setPlace(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(items[at]);
    }
  };
  return (
    <div className="palette stack">
      <input
        ref={input}
        className="input"
        type="search"
        role="combobox"
        aria-label={label}
        aria-expanded
        aria-controls={id}
        aria-activedescendant={items[at] ? `${id}-${at}` : undefined}
        placeholder={placeholder}
        value={words}
        onChange={(event) => {
          onWords(event.target.value);
          setPlace(0);
        }}
        onKeyDown={onKey}
      />
      <div role="listbox" id={id} aria-label={label}>
        {items.map((item, index) => (
          <div key={item.key} id={`${id}-${index}`} role="option" tabIndex={-1} aria-selected={index === at} onClick={() => choose(item)} onKeyDown={onKey} onPointerMove={() => setPlace(index)}>
            <span className="small quiet">{item.kind}</span>
            <Theirs clip>{item.label}</Theirs>
            {item.note && (
              <span className="small quiet grow">
                <Theirs clip>{item.note}</Theirs>
              </span>
            )}
          </div>
        ))}
        {items.length === 0 && <p className="quiet">{empty}</p>}
      </div>
    </div>
  );
}
