import "./forms.css";
import { useMemo } from "react";
import type { Json } from "../api/exactJson";
import { check, type Fault } from "./check";
import { FormContext, type FormRules } from "./context";
import type { Schema } from "./schema";
import { ValueField } from "./ValueField";

type Props = {
  schema: Schema;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  /** What the server said, by JSON pointers into the value. */
  faults?: Fault[];
  /** Whether faults that the form finds itself are shown: not before somebody has tried to send it. */
  isTried?: boolean;
  /** A node's settings may be expressions instead of values. */
  allowsExpressions?: boolean;
  /** Where its texts are JavaScript, by JSON pointers. */
  scripts?: string[];
};

const NONE: string[] = [];

/** A form out of a JSON Schema. */
export function SchemaForm({ schema, value, onChange, faults = [], isTried = false, allowsExpressions = false, scripts = NONE }: Props) {
  const rules = useMemo<FormRules>(() => {
    const own = isTried ? check(schema, value, schema, { allowsExpressions }) : [];
    return { root: schema, allowsExpressions, faults: [...own, ...faults], scripts };
  }, [schema, value, faults, isTried, allowsExpressions, scripts]);
  return (
    <FormContext value={rules}>
      <div className="schema-form">
        <ValueField schema={schema} name="" path="" value={value} isRequired onChange={onChange} isRoot />
      </div>
    </FormContext>
  );
}
