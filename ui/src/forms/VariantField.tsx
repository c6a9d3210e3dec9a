import { useState } from "react";
import { asObject, asText, type Json } from "../api/exactJson";
import { Field } from "../common/Field";
import { variantOf } from "./check";
import { useFaults, useRules } from "./context";
import { blankOf, isExpression, kindOf, labelOf, listOf, resolve, typesOf, variantsOf, type Schema } from "./schema";
import { ValueField, type ReadyProps } from "./ValueField";

/** One of several forms. */
export function VariantField({ schema, name, path, value, isRequired, onChange, label, hint }: ReadyProps) {
  const { root, allowsExpressions } = useRules();
  const faults = useFaults(path);
  const variants = variantsOf(schema).map((variant) => resolve(variant, root));
  const [chosen, setChosen] = useState<number>();
  const at = value === undefined ? chosen : (chosen ?? variantOf(schema, value, root, { allowsExpressions }));
  const choose = (index: number) => {
    setChosen(index < 0 ? undefined : index);
    onChange(index < 0 ? undefined : beginning(variants[index] ?? {}, root));
  };
  const variant = at === undefined ? undefined : variants[at];
  const isText = isExpression(value) && !typesOf(variant ?? {}).includes("string");
  return (
    <fieldset className="form-group">
      <legend>{label}</legend>
      <Field label={`Kind of ${label.toLowerCase()}`} hint={hint} faults={faults} isRequired={isRequired}>
        {(control) => (
          <select {...control} className="input" value={at ?? -1} onChange={(event) => choose(Number(event.target.value))}>
            <option value={-1}>{isRequired ? "Choose…" : "Not said"}</option>
            {variants.map((option, index) => (
              <option key={index} value={index}>
                {nameOf(option, index)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {variant && !isText && (
        <ValueField key={at} schema={{ ...variant, title: asText(variant["title"]) ?? label }} name={name} path={path} value={value} isRequired onChange={onChange} />
      )}
    </fieldset>
  );
}

function beginning(variant: Schema, root: Schema): Json | undefined {
  const blank = blankOf(variant, root);
  return blank === "" ? undefined : blank;
}

/** What a variant is called: its title, what makes it another than the rest, or its type. */
function nameOf(variant: Schema, index: number): string {
  const title = asText(variant["title"]);
  if (title) return title;
  const properties = asObject(variant["properties"]);
  const fixed = Object.entries(properties).find(([, part]) => "const" in asObject(part));
  if (fixed) return `${labelOf({}, fixed[0])}: ${String(asObject(fixed[1])["const"])}`;
  const kind = kindOf(variant);
  if (kind === "const") return String(variant["const"]);
  if (kind === "enum") return listOf(variant["enum"]).map(String).join(", ");
  const required = listOf(variant["required"]).map((name) => labelOf({}, String(name)));
  if (required.length > 0) return required.join(", ");
  const words: Record<string, string> = { string: "Text", number: "Number", integer: "Whole number", boolean: "Yes or no", array: "List", object: "Object" };
  const types = typesOf(variant).map((type) => words[type] ?? type);
  return types.length > 0 ? types.join(" or ") : `Form ${index + 1}`;
}
