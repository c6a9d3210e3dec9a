import { Plus, Trash2 } from "lucide-react";
import { asObject, type Json, type JsonObject } from "../api/exactJson";
import { Button } from "../common/Button";
import { useFaults, useRules } from "./context";
import { pointer } from "./check";
import { Faults } from "./Faults";
import { blankOf, isRequired as requires, listOf, resolve } from "./schema";
import { ValueField, type ReadyProps } from "./ValueField";

/** So many fields are shown at once; optional ones that are empty are folded away beyond that. */
const SHOWN = 8;

/** An object's fields: what is required and what is set first. */
export function ObjectField({ schema, path, value, onChange, label, hint, isRequired, isRoot = false }: ReadyProps) {
  const { root } = useRules();
  const faults = useFaults(path);
  // What is not there is not unfolded: a schema may have itself as a part.
  if (value === undefined && !isRequired && !isRoot) {
    return (
      <div className="field">
        <span className="label">{label}</span>
        {hint && <div className="hint theirs">{hint}</div>}
        <div>
          <Button icon={<Plus size={15} aria-hidden />} aria-label={`Add ${label}`} onClick={() => onChange(blankOf(schema, root))}>
            Add
          </Button>
        </div>
      </div>
    );
  }
  const held = asObject(value);
  const names = Object.keys(asObject(schema["properties"]));
  const isShown = (name: string) => names.length <= SHOWN || requires(schema, name) || held[name] !== undefined;
  const set = (name: string, next: Json | undefined) => onChange(withField(held, name, next, names));
  const field = (name: string) => (
    <ValueField
      key={name}
      schema={asObject(asObject(schema["properties"])[name])}
      name={name}
      path={pointer(path, name)}
      value={held[name]}
      isRequired={requires(schema, name)}
      onChange={(next) => set(name, next)}
    />
  );
  const folded = names.filter((name) => !isShown(name));
  const alternatives = listOf(resolve(schema, root)["anyOf"]).concat(listOf(schema["oneOf"])).map((part) => listOf(asObject(part)["required"]).join(" and "));
  const body = (
    <>
      {alternatives.some(Boolean) && <p className="hint small quiet">Needs {alternatives.filter(Boolean).join(", or ")}.</p>}
      {names.filter(isShown).map(field)}
      {folded.length > 0 && (
        <details className="more-fields">
          <summary>More fields ({folded.length})</summary>
          <div className="stack">{folded.map(field)}</div>
        </details>
      )}
      <Faults of={faults} />
    </>
  );
  if (isRoot) return <div className="stack">{body}</div>;
  return (
    <fieldset className="form-group">
      <legend>{label}</legend>
      {hint && <div className="hint small quiet theirs">{hint}</div>}
      <div className="stack">{body}</div>
      {!isRequired && (
        <Button look="plain" icon={<Trash2 size={14} aria-hidden />} onClick={() => onChange(undefined)}>
          Leave out {label}
        </Button>
      )}
    </fieldset>
  );
}

/** The object with a field as it is now, in the order of the schema, and without what is empty. */
function withField(held: JsonObject, name: string, next: Json | undefined, order: string[]): JsonObject | undefined {
  const all: Record<string, Json | undefined> = { ...held, [name]: next };
  const names = [...order, ...Object.keys(all).filter((other) => !order.includes(other))];
  const entries = names.map((other) => [other, all[other]] as const).filter((entry): entry is readonly [string, Json] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
