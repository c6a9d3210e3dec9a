import { X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Button } from "../common/Button";
import { Theirs } from "../common/Theirs";
import { plain } from "../common/csv";
import { valueFor, type Column } from "./columns";
import { COMPARISONS, conditionsOf, filterOf, type Comparison } from "./tableView";

type Props = { columns: Column[]; filter: string | undefined; onChange: (filter: string | undefined) => void };

/** Conditions that rows are to fit, all of them. */
export function RowFilter({ columns, filter, onChange }: Props) {
  const [column, setColumn] = useState(columns[0]?.name ?? "id");
  const [by, setBy] = useState<Comparison>("eq");
  const [text, setText] = useState("");
  const conditions = conditionsOf(filter);
  const chosen = columns.find(({ name }) => name === column);
  const add = (event: FormEvent) => {
    event.preventDefault();
    onChange(filterOf([...conditions, { column, by, value: column === "id" ? Number(text) : valueFor(chosen, text.trim()) }]));
    setText("");
  };
  return (
    <div className="stack">
      <form className="row" onSubmit={add} aria-label="Condition">
        <select className="input choose" aria-label="Column" value={column} onChange={(event) => setColumn(event.target.value)}>
          {["id", ...columns.map(({ name }) => name), "created_at", "updated_at"].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <select className="input choose" aria-label="Comparison" value={by} onChange={(event) => setBy(event.target.value as Comparison)}>
          {Object.entries(COMPARISONS).map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        <input className="input choose" aria-label="Value" placeholder="no value" value={text} onChange={(event) => setText(event.target.value)} list="row-choices" />
        <datalist id="row-choices">
          {Array.isArray(chosen?.schema["enum"]) && chosen.schema["enum"].map((choice) => <option key={String(choice)} value={String(choice)} />)}
        </datalist>
        <Button type="submit">Add the condition</Button>
      </form>
      {conditions.length > 0 && (
        <ul className="row">
          {conditions.map((condition, index) => (
            <li key={index} className="chip">
              <Theirs>{condition.column}</Theirs> {COMPARISONS[condition.by] ?? condition.by} <Theirs>{condition.value === null ? "no value" : plain(condition.value)}</Theirs>
              <button type="button" className="link" aria-label={`Take away: ${condition.column} ${COMPARISONS[condition.by] ?? condition.by} ${plain(condition.value)}`} onClick={() => onChange(filterOf(conditions.filter((_, other) => other !== index)))}>
                <X size={12} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
