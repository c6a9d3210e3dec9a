import { Search } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";

type Props = {
  value: string;
  onChange: (words: string) => void;
  label: string;
  hint?: string;
  /** Whoever comes to the page comes to search. */
  isFirst?: boolean;
};

/** A search that asks when somebody pauses, not at each letter. */
export function SearchBox({ value, onChange, label, hint = label, isFirst = false }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState(value);
  const change = useEffectEvent(onChange);
  useEffect(() => {
    if (isFirst) input.current?.focus();
  }, [isFirst]);
  useEffect(() => setWords(value), [value]);
  useEffect(() => {
    if (words.trim() === value) return undefined;
    const timer = setTimeout(() => change(words.trim()), 300);
    return () => clearTimeout(timer);
  }, [words, value]);
  return (
    <div className="search-box">
      <Search size={15} aria-hidden />
      <input ref={input} type="search" className="input" aria-label={label} placeholder={hint} value={words} onChange={(event) => setWords(event.target.value)} />
    </div>
  );
}
