import { useState } from "react";
import { parseJson, writeJson, type Json } from "../api/exactJson";
import { Button } from "./Button";
import { CodeField } from "./CodeField";
import { Field } from "./Field";

const NONE: { path: string; message: string }[] = [];

/** What is wrong with a text that should be JSON. */
export function jsonFault(text: string): string | undefined {
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

type TextProps = {
  label: string;
  value: string;
  fault: string | undefined;
  onChange: (text: string) => void;
  hint?: string | undefined;
  rows?: number;
  isDocument?: boolean;
  isReadOnly?: boolean;
  /** What the server finds wrong, by JSON pointers into the text. */
  problems?: { path: string; message: string }[];
};

/** JSON to be written. */
export function JsonText({ label, value, fault, onChange, hint, rows = 10, isDocument = false, isReadOnly = false, problems = NONE }: TextProps) {
  return (
    <Field label={label} hint={hint} faults={fault === undefined ? [] : [fault]}>
      {(control) => <CodeField control={control} label={label} description={hint} language="json" rows={rows} isDocument={isDocument} isReadOnly={isReadOnly} problems={problems} value={value} onChange={onChange} />}
    </Field>
  );
}

type Props = {
  label: string;
  /** The edited text; none while it is as it was. */
  value: string | undefined;
  original: Json | undefined;
  fault: string | undefined;
  onChange: (text: string | undefined) => void;
  hint?: string;
};

/** JSON to be edited, beginning with what it was. */
export function JsonField({ label, value, original, fault, onChange, hint }: Props) {
  const [before] = useState(() => (original === undefined ? "{}" : writeJson(original, 2)));
  return (
    <div className="stack">
      <JsonText label={label} hint={hint} fault={fault} rows={Math.min(16, before.split("\n").length + 2)} value={value ?? before} onChange={(text) => onChange(text === before ? undefined : text)} />
      {value !== undefined && (
        <div className="row">
          <span className="small tone-wait">Edited</span>
          <Button look="plain" onClick={() => onChange(undefined)}>
            As it was
          </Button>
        </div>
      )}
    </div>
  );
}
