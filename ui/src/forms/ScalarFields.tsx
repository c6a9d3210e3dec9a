import { use, useState } from "react";
import { parseJson, writeJson, type Json } from "../api/exactJson";
import { CodeField } from "../common/CodeField";
import { Field } from "../common/Field";
import { jsonFault } from "../common/JsonField";
import { inZone, toInstant } from "../common/time";
import { Readable, useFaults, useRules } from "./context";
import { Faults } from "./Faults";
import { exampleOf, listOf, typesOf } from "./schema";
import type { ReadyProps } from "./ValueField";

export function TextField({ schema, path, value, isRequired, onChange, label, hint, isLong }: ReadyProps & { isLong: boolean }) {
  const faults = useFaults(path);
  const readable = use(Readable);
  const { allowsExpressions, scripts } = useRules();
  const isScript = scripts.includes(path);
  const isSecret = schema["writeOnly"] === true;
  const text = typeof value === "string" ? value : value === undefined || value === null ? "" : writeJson(value);
  // An empty text is a text only where the schema wants one; else the field is left out.
  const change = (next: string) => onChange(next === "" && !(isRequired && schema["minLength"] === undefined) ? undefined : next);
  return (
    <Field label={label} hint={hint} faults={faults} isRequired={isRequired}>
      {(control) =>
        isScript || (allowsExpressions && !isSecret) ? (
          <CodeField
            control={control}
            label={label}
            description={hint}
            language={isScript ? "javascript" : "expression"}
            isDocument={isScript}
            isLine={!isScript && !isLong && !text.includes("\n")}
            value={text}
            placeholder={exampleOf(schema)}
            readable={readable}
            onChange={change}
          />
        ) : isLong || text.includes("\n") ? (
          <textarea {...control} className="input" value={text} placeholder={exampleOf(schema)} onChange={(event) => change(event.target.value)} />
        ) : (
          <input
            {...control}
            className="input"
            type={isSecret ? "password" : "text"}
            autoComplete="off"
            value={text}
            placeholder={isSecret ? undefined : exampleOf(schema)}
            onChange={(event) => change(event.target.value)}
          />
        )
      }
    </Field>
  );
}

/** A number keeps the letters in which it was written, so that no digit is lost. */
export function NumberField({ schema, path, value, isRequired, onChange, label, hint }: ReadyProps) {
  const faults = useFaults(path);
  const { allowsExpressions } = useRules();
  const [text, setText] = useState(value === undefined ? "" : String(value));
  const shown = sameNumber(text, value) ? text : value === undefined || value === null ? "" : String(value);
  const change = (next: string) => {
    setText(next);
    const trimmed = next.trim();
    if (trimmed === "") onChange(undefined);
    else onChange(isNumber(trimmed) ? parseJson(trimmed) : next);
  };
  const bad = shown !== "" && typeof value === "string" && !value.includes("{{") ? [`“${shown}” is not a number`] : [];
  return (
    <Field label={label} hint={hint} faults={[...new Set([...bad, ...faults])]} isRequired={isRequired}>
      {(control) => (
        <input
          {...control}
          className="input"
          inputMode={allowsExpressions ? "text" : schema["type"] === "integer" ? "numeric" : "decimal"}
          autoComplete="off"
          value={shown}
          placeholder={exampleOf(schema)}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
}

function isNumber(text: string): boolean {
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);
}

function sameNumber(text: string, value: Json | undefined): boolean {
  const trimmed = text.trim();
  if (value === undefined || value === null) return trimmed === "";
  return String(value) === text || (isNumber(trimmed) && String(parseJson(trimmed)) === String(value));
}

export function BooleanField({ path, value, isRequired, onChange, label, hint }: ReadyProps) {
  const faults = useFaults(path);
  if (isRequired) {
    // Yes and no are both answers: neither is given before somebody gives it.
    return (
      <fieldset className="choice">
        <legend>
          {label}
          <span className="quiet"> · required</span>
        </legend>
        {hint && <div className="hint small quiet theirs">{hint}</div>}
        <div className="row">
          {[true, false].map((choice) => (
            <label key={String(choice)} className="row">
              <input type="radio" name={path} checked={value === choice} onChange={() => onChange(choice)} />
              {choice ? "Yes" : "No"}
            </label>
          ))}
        </div>
        <Faults of={faults} />
      </fieldset>
    );
  }
  return (
    <Field label={label} hint={hint} faults={faults}>
      {(control) => (
        <select {...control} className="input" value={value === undefined ? "" : String(value)} onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value === "true")}>
          <option value="">Not said</option>
          <option value="true">Yes</option>
          <option value="false">No</option>
        </select>
      )}
    </Field>
  );
}

export function ChoiceField({ schema, path, value, isRequired, onChange, label, hint }: ReadyProps) {
  const faults = useFaults(path);
  const choices = listOf(schema["enum"]);
  const at = value === undefined ? -1 : choices.findIndex((choice) => writeJson(choice) === writeJson(value));
  const fallback = schema["default"];
  return (
    <Field label={label} hint={hint} faults={faults} isRequired={isRequired}>
      {(control) => (
        <select {...control} className="input" value={at} onChange={(event) => onChange(choices[Number(event.target.value)])}>
          <option value={-1}>{fallback === undefined ? "Choose…" : `${String(fallback)} (when nothing is chosen)`}</option>
          {choices.map((choice, index) => (
            <option key={index} value={index}>
              {choice === null ? "none" : String(choice)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A moment, put in where the reader is, and kept in UTC. */
export function InstantField({ path, value, isRequired, onChange, label, hint }: ReadyProps) {
  const faults = useFaults(path);
  const { allowsExpressions } = useRules();
  const text = typeof value === "string" ? value : "";
  const known = Number.isNaN(Date.parse(text)) ? undefined : inZone(text);
  return (
    <Field label={label} hint={known ? `${hint ?? ""} ${known} where you are.`.trim() : hint} faults={faults} isRequired={isRequired}>
      {(control) => (
        <div className="row">
          <input {...control} className="input grow" autoComplete="off" placeholder="2026-11-30T18:00:00Z" value={text} onChange={(event) => onChange(event.target.value || undefined)} />
          {!allowsExpressions && (
            <input
              type="datetime-local"
              className="input choose"
              aria-label={`${label}, chosen in your time zone`}
              onChange={(event) => event.target.value && onChange(toInstant(event.target.value))}
            />
          )}
        </div>
      )}
    </Field>
  );
}

/** A value that is worked out when the node runs. */
export function ExpressionField({ path, value, isRequired, onChange, label, hint }: ReadyProps) {
  const faults = useFaults(path);
  const readable = use(Readable);
  return (
    <Field label={label} hint={hint} faults={faults} isRequired={isRequired}>
      {(control) => <CodeField control={control} label={label} description={hint} language="expression" isLine value={String(value)} readable={readable} onChange={(text) => onChange(text || undefined)} />}
    </Field>
  );
}

/** Anything: JSON, or where the schema allows it a plain text. */
export function JsonValueField({ schema, path, value, isRequired, onChange, label, hint, isRoot = false }: ReadyProps) {
  const faults = useFaults(path);
  const readable = use(Readable);
  const types = typesOf(schema);
  const takesText = types.length === 0 || types.includes("string");
  const [text, setText] = useState(() => textOf(value, takesText));
  const [fault, setFault] = useState<string>();
  // Which it is, is told by how it began: another language under the hand would take the cursor away.
  const [language] = useState(takesText && !/^\s*(?:\[|\{(?!\{))/.test(text) ? ("expression" as const) : ("json" as const));
  const change = (next: string) => {
    setText(next);
    const { read, wrong } = readValue(next, takesText);
    setFault(wrong);
    if (wrong === undefined) onChange(read);
  };
  return (
    <Field
      label={isRoot && !label ? "Answer" : label}
      hint={[hint, takesText ? "A text, or JSON." : "JSON."].filter(Boolean).join(" ")}
      faults={fault ? [fault, ...faults] : faults}
      isRequired={isRequired}
    >
      {(control) => (
        <CodeField
          control={control}
          label={label || "Answer"}
          description={hint}
          language={language}
          rows={Math.min(12, Math.max(2, text.split("\n").length))}
          value={text}
          readable={readable}
          onChange={change}
        />
      )}
    </Field>
  );
}

function textOf(value: Json | undefined, takesText: boolean): string {
  if (value === undefined) return "";
  // A text that would be read as something else is written as JSON.
  if (typeof value === "string" && takesText && jsonFault(value) !== undefined) return value;
  return writeJson(value, 2);
}

function readValue(text: string, takesText: boolean): { read: Json | undefined; wrong: string | undefined } {
  if (text.trim() === "") return { read: undefined, wrong: undefined };
  const fault = jsonFault(text);
  if (fault === undefined) return { read: parseJson(text), wrong: undefined };
  // What begins like JSON was meant as JSON.
  if (takesText && (!/^\s*[[{"]/.test(text) || text.trimStart().startsWith("{{"))) return { read: text, wrong: undefined };
  return { read: undefined, wrong: fault };
}
