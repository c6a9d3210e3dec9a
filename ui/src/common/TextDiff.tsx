import "./diff.css";
import { useMemo, useState } from "react";
import { linesOf, type Line } from "./lines";

type Props = { before: string; after: string; label: string };

/** So many lines around a change are shown. */
const AROUND = 3;
const SIGNS = { same: " ", added: "+", removed: "−" } as const;
const WORDS = { same: "", added: "New: ", removed: "Gone: " } as const;

type Part = { lines: Line[]; isFolded: boolean };

/** Two texts, line by line: what went and what came, with a few lines around. */
export function TextDiff({ before, after, label }: Props) {
  const parts = useMemo(() => partsOf(linesOf(before, after)), [before, after]);
  if (before === after) return <p className="quiet">Both are the same, letter by letter.</p>;
  return (
    <div className="text-diff" role="group" aria-label={label}>
      {parts.map((part, index) => (
        <Lines key={index} part={part} />
      ))}
    </div>
  );
}

function Lines({ part }: { part: Part }) {
  const [isOpen, setOpen] = useState(!part.isFolded);
  if (!isOpen) {
    return (
      <button type="button" className="fold" onClick={() => setOpen(true)}>
        {part.lines.length === 1 ? "One line that is the same" : `${part.lines.length.toLocaleString()} lines that are the same`}
      </button>
    );
  }
  return part.lines.map(({ kind, text, old, now }) => (
    <div key={`${old ?? ""}:${now ?? ""}`} className={`line ${kind}`}>
      <span className="count" aria-hidden>
        {old}
      </span>
      <span className="count" aria-hidden>
        {now}
      </span>
      <span className="sign" aria-hidden>
        {SIGNS[kind]}
      </span>
      <code className="theirs">
        {WORDS[kind] && <span className="visually-hidden">{WORDS[kind]}</span>}
        {text}
      </code>
    </div>
  ));
}

/** What is the same and far from any change is folded. */
function partsOf(lines: Line[]): Part[] {
  const near = new Uint8Array(lines.length);
  lines.forEach(({ kind }, index) => {
    if (kind !== "same") near.fill(1, Math.max(0, index - AROUND), index + AROUND + 1);
  });
  const parts: Part[] = [];
  lines.forEach((line, index) => {
    const isFolded = near[index] === 0;
    const last = parts.at(-1);
    if (last && last.isFolded === isFolded) last.lines.push(line);
    else parts.push({ lines: [line], isFolded });
  });
  return parts;
}
