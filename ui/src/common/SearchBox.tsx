import { Search } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";

/** A search that asks when somebody pauses, not at each letter. */
export function SearchBox({ value, onChange, label, hint = label }: { value: string; onChange: (words: string) => void; label: string; hint?: string }) {
  const [words, setWords] = useState(value);
  const change = useEffectEvent(onChange);
  useEffect(() => setWords(value), [value]);
  useEffect(() => {
    if (words.trim() === value) return undefined;
    const timer = setTimeout(() => change(words.trim()), 300);
    return () => clearTimeout(timer);
  }, [words, value]);
  return (
    <div className="search-box">
      <Search size={15} aria-hidden />
      <input type="search" className="input" aria-label={label} placeholder={hint} value={words} onChange={(event) => setWords(event.target.value)} />
    </div>
  );
}
