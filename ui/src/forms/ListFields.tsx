import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { asObject, type Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { useFaults, useRules } from "./context";
import { pointer } from "./check";
import { Faults } from "./Faults";
import { blankOf } from "./schema";
import { ValueField, type ReadyProps } from "./ValueField";

/** A list: entries are added, taken out and moved. */
export function ArrayField({ schema, path, value, onChange, label, hint }: ReadyProps) {
  const { root } = useRules();
  const faults = useFaults(path);
  const items = Array.isArray(value) ? value : [];
  const item = asObject(schema["items"]);
  const put = (next: Json[]) => onChange(next.length === 0 ? undefined : next);
  const replace = (index: number, next: Json | undefined) => put(items.map((old, at) => (at === index ? (next ?? blankOf(item, root)) : old)));
  const swap = (index: number, other: number) => put(items.map((old, at) => (at === index ? items[other] : at === other ? items[index] : old)) as Json[]);
  const most = Number(schema["maxItems"] ?? Infinity);
  return (
    <fieldset className="form-group">
      <legend>{label}</legend>
      {hint && <div className="hint small quiet theirs">{hint}</div>}
      <ol className="stack">
        {items.map((held, index) => (
          <li key={index} className="form-item">
            <div className="grow">
              <ValueField schema={item} name={`${label} ${index + 1}`} path={`${path}/${index}`} value={held} isRequired onChange={(next) => replace(index, next)} />
            </div>
            <div className="form-tools">
              {index > 0 && <Button look="plain" aria-label={`Move ${label} ${index + 1} up`} icon={<ArrowUp size={14} aria-hidden />} onClick={() => swap(index, index - 1)} />}
              {index < items.length - 1 && (
                <Button look="plain" aria-label={`Move ${label} ${index + 1} down`} icon={<ArrowDown size={14} aria-hidden />} onClick={() => swap(index, index + 1)} />
              )}
              <Button look="plain" aria-label={`Take ${label} ${index + 1} out`} icon={<Trash2 size={14} aria-hidden />} onClick={() => put(items.filter((_, at) => at !== index))} />
            </div>
          </li>
        ))}
      </ol>
      {items.length < most && (
        <Button icon={<Plus size={15} aria-hidden />} onClick={() => put([...items, blankOf(item, root)])}>
          Add
        </Button>
      )}
      <Faults of={faults} />
    </fieldset>
  );
}

/** An object whose names are free: headers, tags. */
export function MapField({ schema, path, value, onChange, label, hint }: ReadyProps) {
  const { root } = useRules();
  const faults = useFaults(path);
  const [name, setName] = useState("");
  const held = asObject(value);
  const part = asObject(schema["additionalProperties"]);
  const put = (next: Record<string, Json>) => onChange(Object.keys(next).length === 0 ? undefined : next);
  const without = (gone: string) => Object.fromEntries(Object.entries(held).filter(([other]) => other !== gone));
  const add = () => {
    if (name === "" || name in held) return;
    put({ ...held, [name]: blankOf(part, root) });
    setName("");
  };
  return (
    <fieldset className="form-group">
      <legend>{label}</legend>
      {hint && <div className="hint small quiet theirs">{hint}</div>}
      <div className="stack">
        {Object.entries(held).map(([key, item]) => (
          <div key={key} className="form-item">
            <div className="grow">
              <ValueField schema={{ ...part, title: key }} name={key} path={pointer(path, key)} value={item} isRequired onChange={(next) => put({ ...held, [key]: next ?? blankOf(part, root) })} />
            </div>
            <Button look="plain" aria-label={`Take ${key} out`} icon={<Trash2 size={14} aria-hidden />} onClick={() => put(without(key))} />
          </div>
        ))}
        <div className="row">
          <input
            className="input grow"
            aria-label={`A new name in ${label}`}
            placeholder="Name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              add();
            }}
          />
          <Button icon={<Plus size={15} aria-hidden />} disabled={name === "" || name in held} onClick={add}>
            Add
          </Button>
        </div>
      </div>
      <Faults of={faults} />
    </fieldset>
  );
}
