import { ChevronDown, ChevronRight } from "lucide-react";
import { createContext, use, useDeferredValue, useId, useMemo, useState } from "react";
import { ExactNumber, writeJson, type Json } from "../api/exactJson";
import { Copy } from "./Copy";
import { entriesOf, holds, placesOf, summaryOf } from "./jsonSearch";

/** So many entries of one list are shown at first, and so many letters of a text. */
const ENTRIES = 100;
const LETTERS = 400;
const LETTERS_MORE = 20_000;
/** So many entries of one list are shown at first while something is looked for, by depth: what fits may lie in thousands of places. */
const FOUND = [50, 10, 4];
const FOUND_DEEPER = 2;
/** Smaller values come unfolded. */
const UNFOLDED_DEPTH = 2;
const UNFOLDED_ENTRIES = 20;

/** Which lists and objects have what is looked for. */
const Found = createContext<Set<Json>>(new Set());

type Props = { value: Json | undefined; label: string; onPick?: (path: string[]) => void };

/** Any JSON as a tree that folds and is searched. */
export function JsonTree({ value, label, onPick }: Props) {
  const [words, setWords] = useState("");
  const wanted = useDeferredValue(words.trim().toLowerCase());
  const search = useId();
  const found = useMemo(() => (wanted === "" || value === undefined ? new Set<Json>() : placesOf(value, wanted)), [value, wanted]);
  if (value === undefined) return <p className="quiet">Nothing yet.</p>;
  const isLarge = entriesOf(value) !== undefined;
  return (
    <div className="stack">
      {isLarge && (
        <div className="row">
          <label className="visually-hidden" htmlFor={search}>
            Search in {label}
          </label>
          <input
            id={search}
            type="search"
            className="input grow"
            placeholder="Search names and values"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
          <Copy text={() => writeJson(value, 2)} what={label} />
        </div>
      )}
      {wanted !== "" && !has(value, wanted, found) ? (
        <p className="quiet">Nothing in it has “{words.trim()}”.</p>
      ) : (
        <Found value={found}>
          <div className="tree">
            <Node value={value} wanted={wanted} depth={0} path={[]} onPick={onPick} />
          </div>
        </Found>
      )}
    </div>
  );
}

function has(value: Json, wanted: string, found: Set<Json>): boolean {
  return found.has(value) || (entriesOf(value) === undefined && holds(value, wanted));
}

type NodeProps = {
  name?: string;
  value: Json;
  wanted: string;
  depth: number;
  path: string[];
  onPick: ((path: string[]) => void) | undefined;
};

function Node({ name, value, wanted, depth, path, onPick }: NodeProps) {
  const found = use(Found);
  const entries = useMemo(() => entriesOf(value), [value]);
  const [folded, setFolded] = useState<boolean>();
  const [more, setMore] = useState(0);
  const nameFits = wanted !== "" && (name?.toLowerCase().includes(wanted) ?? false);
  const kept = useMemo(
    () => (wanted === "" || nameFits ? (entries ?? []) : (entries ?? []).filter(([key, item]) => key.toLowerCase().includes(wanted) || has(item, wanted, found))),
    [entries, wanted, nameFits, found],
  );
  if (entries === undefined || entries.length === 0) {
    return (
      <div className="leaf">
        {name !== undefined && <Name of={name} wanted={wanted} />}
        {entries === undefined ? <Leaf value={value} wanted={wanted} /> : <span className="quiet">{Array.isArray(value) ? "[]" : "{}"}</span>}
        <PickButton path={path} onPick={onPick} />
      </div>
    );
  }
  const shown = (wanted === "" ? ENTRIES : (FOUND[depth] ?? FOUND_DEEPER)) + more;
  const isSmall = depth < UNFOLDED_DEPTH && entries.length <= UNFOLDED_ENTRIES;
  const isOpen = folded === undefined ? wanted !== "" || isSmall : !folded;
  const Sign = isOpen ? ChevronDown : ChevronRight;
  return (
    <div>
      <button type="button" className="twist" aria-expanded={isOpen} onClick={() => setFolded(isOpen)}>
        <Sign size={14} aria-hidden />
        {name !== undefined && <Name of={name} wanted={wanted} />}
        <span className="quiet">{summaryOf(value)}</span>
      </button>
      <PickButton path={path} onPick={onPick} />
      {isOpen && (
        <ul>
          {kept.slice(0, shown).map(([key, item]) => (
            <li key={key}>
              <Node name={key} value={item} wanted={nameFits ? "" : wanted} depth={depth + 1} path={[...path, key]} onPick={onPick} />
            </li>
          ))}
          {kept.length > shown && (
            <li>
              <button type="button" className="twist" onClick={() => setMore(more + ENTRIES * 5)}>
                … {(kept.length - shown).toLocaleString()} more
              </button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

function PickButton({ path, onPick }: Pick<NodeProps, "path" | "onPick">) {
  if (!onPick || path.length === 0) return null;
  return (
    <button type="button" className="twist quiet" aria-label={`Use ${path.join(".")}`} onClick={() => onPick(path)}>
      &nbsp;use
    </button>
  );
}

function Name({ of, wanted }: { of: string; wanted: string }) {
  return (
    <span className="name theirs">
      <Marked text={of} wanted={wanted} />:&nbsp;
    </span>
  );
}

function Leaf({ value, wanted }: { value: Json; wanted: string }) {
  const [letters, setLetters] = useState(LETTERS);
  if (typeof value !== "string") {
    const text = value instanceof ExactNumber ? value.text : String(value);
    const kind = typeof value === "number" || value instanceof ExactNumber ? "number" : "word";
    return (
      <span className={kind}>
        <Marked text={text} wanted={wanted} />
      </span>
    );
  }
  const isLong = value.length > letters;
  const text = isLong ? value.slice(0, letters) : value;
  return (
    <>
      <bdi className="string theirs">
        “<Marked text={text} wanted={wanted} />”
      </bdi>
      {isLong && (
        <button type="button" className="twist quiet" onClick={() => setLetters(letters + LETTERS_MORE)}>
          … {(value.length - letters).toLocaleString()} more letters
        </button>
      )}
    </>
  );
}

function Marked({ text, wanted }: { text: string; wanted: string }) {
  const at = wanted === "" ? -1 : text.toLowerCase().indexOf(wanted);
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + wanted.length)}</mark>
      {text.slice(at + wanted.length)}
    </>
  );
}
