import { useId } from "react";
import type { Json, JsonObject } from "../api/exactJson";
import { isObject, parseJson } from "../api/exactJson";
import { Field } from "../common/Field";
import { Theirs } from "../common/Theirs";
import { isRequired, MAX_FILE_BYTES } from "./answer";
import type { UiField } from "./model";

type Props = { field: UiField; value: Json | undefined; faults: string[]; onChange: (value: Json | undefined) => void };

/** One field of an interface, with its label, its help and what is wrong with it. */
export function InterfaceField({ field, value, faults, onChange }: Props) {
  if (field.type === "multi-select") return <Choices field={field} value={value} faults={faults} onChange={onChange} />;
  if (field.type === "boolean") return <Tick field={field} value={value} faults={faults} onChange={onChange} />;
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const given = (next: string) => (next === "" ? undefined : next);
  const shared = { className: "input", placeholder: field.placeholder ?? undefined };
  return (
    <Field label={field.label} hint={field.helpText} faults={faults} isRequired={isRequired(field)}>
      {(control) => {
        const all = { ...control, ...shared, "aria-required": isRequired(field) || undefined };
        switch (field.type) {
          case "textarea":
            return <textarea {...all} value={text} onChange={(event) => onChange(given(event.target.value))} />;
          case "select":
            return (
              <select {...all} value={text} onChange={(event) => onChange(given(event.target.value))}>
                <option value="">{field.placeholder ?? "Choose…"}</option>
                {(field.options ?? []).map((option) => (
                  <option key={option.value} value={option.value}>
                    {option.label ?? option.value}
                  </option>
                ))}
              </select>
            );
          case "number":
            return <NumberInput control={all} value={value} onChange={onChange} />;
          case "file":
            return <FileInput control={all} value={value} onChange={onChange} />;
          default:
            return <input {...all} type={field.type === "date" ? "date" : "text"} value={text} onChange={(event) => onChange(given(event.target.value))} />;
        }
      }}
    </Field>
  );
}

type Control = { id: string; className: string; placeholder: string | undefined };

/** Digits as they are typed: a number that the browser cannot hold stays what it was. */
function NumberInput({ control, value, onChange }: { control: Control; value: Json | undefined; onChange: (value: Json | undefined) => void }) {
  const typed = (text: string) => {
    if (text.trim() === "") return onChange(undefined);
    try {
      onChange(/^-?\d/.test(text.trim()) ? parseJson(text.trim()) : text);
    } catch {
      onChange(text);
    }
  };
  return <input {...control} inputMode="decimal" value={value === undefined || value === null ? "" : String(value)} onChange={(event) => typed(event.target.value)} />;
}

function FileInput({ control, value, onChange }: { control: Control; value: Json | undefined; onChange: (value: Json | undefined) => void }) {
  const read = async (file: File | undefined) => {
    if (!file) return onChange(undefined);
    if (file.size > MAX_FILE_BYTES) return onChange(`${file.name} is larger than 128 KiB`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const data = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    onChange({ name: file.name, type: file.type || "application/octet-stream", data });
  };
  return (
    <>
      <input {...control} type="file" onChange={(event) => void read(event.target.files?.[0])} />
      {isObject(value) && <span className="small quiet">{String((value as JsonObject)["name"])}</span>}
    </>
  );
}

function Tick({ field, value, faults, onChange }: Props) {
  const id = useId();
  const described = [field.helpText ? `${id}-hint` : "", faults.length > 0 ? `${id}-fault` : ""].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label className="tick" htmlFor={id}>
        <input id={id} type="checkbox" checked={value === true} aria-describedby={described || undefined} aria-invalid={faults.length > 0 || undefined} onChange={(event) => onChange(event.target.checked)} />
        <span>
          <Theirs>{field.label}</Theirs>
          {isRequired(field) && <span className="quiet"> · required</span>}
        </span>
      </label>
      <Below id={id} field={field} faults={faults} />
    </div>
  );
}

function Choices({ field, value, faults, onChange }: Props) {
  const id = useId();
  const chosen = Array.isArray(value) ? value : [];
  const turn = (option: string, isOn: boolean) => {
    const next = (field.options ?? []).map((each) => each.value).filter((each) => (each === option ? isOn : chosen.includes(each)));
    onChange(next.length === 0 ? undefined : next);
  };
  return (
    <fieldset className="field" aria-describedby={faults.length > 0 ? `${id}-fault` : undefined}>
      <legend>
        <Theirs>{field.label}</Theirs>
        {isRequired(field) && <span className="quiet"> · required</span>}
      </legend>
      <div className="row ticks">
        {(field.options ?? []).map((option) => (
          <label key={option.value} className="tick">
            <input type="checkbox" checked={chosen.includes(option.value)} onChange={(event) => turn(option.value, event.target.checked)} />
            <Theirs>{option.label ?? option.value}</Theirs>
          </label>
        ))}
      </div>
      <Below id={id} field={field} faults={faults} />
    </fieldset>
  );
}

function Below({ id, field, faults }: { id: string; field: UiField; faults: string[] }) {
  return (
    <>
      {field.helpText && (
        <div className="hint theirs" id={`${id}-hint`}>
          {field.helpText}
        </div>
      )}
      {faults.length > 0 && (
        <div className="fault theirs" id={`${id}-fault`} role="alert">
          {faults.join(" ")}
        </div>
      )}
    </>
  );
}
