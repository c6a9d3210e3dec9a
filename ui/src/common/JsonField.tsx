import { useState } from "react";
import { parseJson, writeJson, type Json } from "../api/exactJson";
import { Button } from "./Button";
import { CodeField } from "./CodeField";
import { Field } from "./Field";

/** What is wrong with a text that should be JSON. */
export function jsonFault(text: string): string | undefined {
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
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
      <Field label={label} hint={hint} faults={fault === undefined ? [] : [fault]}>
        {(control) => (
          <CodeField control={control} label={label} description={hint} language="json" rows={Math.min(16, before.split("\n").length + 2)} value={value ?? before} onChange={(text) => onChange(text === before ? undefined : text)} />
        )}
      </Field>
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
