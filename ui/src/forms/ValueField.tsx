import { asObject, writeJson, type Json } from "../api/exactJson";
import { useRules } from "./context";
import { ArrayField, MapField } from "./ListFields";
import { ObjectField } from "./ObjectField";
import { BooleanField, ChoiceField, ExpressionField, InstantField, JsonValueField, NumberField, TextField } from "./ScalarFields";
import { hintOf, isExpression, kindOf, labelOf, resolve, type Kind, type Schema } from "./schema";
import { VariantField } from "./VariantField";

type FieldProps = {
  schema: Schema;
  name: string;
  /** Where the value is, as a JSON pointer. */
  path: string;
  value: Json | undefined;
  isRequired: boolean;
  onChange: (value: Json | undefined) => void;
  /** The whole form needs no label of its own. */
  isRoot?: boolean;
};
/** A field whose schema is resolved and whose words are known. */
export type ReadyProps = FieldProps & { label: string; hint: string | undefined };

/** Kinds whose own control takes an expression: what is being typed must not change under the hand. */
const WRITES_EXPRESSIONS: Kind[] = ["string", "text", "number", "integer", "instant", "any", "variants"];

/** One value of a form, with the control that its schema asks for. */
export function ValueField(props: FieldProps) {
  const { root, allowsExpressions } = useRules();
  const schema = resolve(props.schema, root);
  const ready: ReadyProps = { ...props, schema, label: labelOf(schema, props.name), hint: hintOf(schema) };
  const kind = kindOf(schema);
  const isWorkedOut = allowsExpressions && isExpression(props.value) && !WRITES_EXPRESSIONS.includes(kind);
  if (isWorkedOut) return <ExpressionField {...ready} />;
  switch (kind) {
    case "object":
      return <ObjectField {...ready} />;
    case "map":
      return <MapField {...ready} />;
    case "array":
      return <ArrayField {...ready} />;
    case "variants":
      return <VariantField {...ready} />;
    case "boolean":
      return <BooleanField {...ready} />;
    case "enum":
      return <ChoiceField {...ready} />;
    case "number":
    case "integer":
      return <NumberField {...ready} />;
    case "instant":
      return <InstantField {...ready} />;
    case "string":
    case "text":
      return <TextField {...ready} isLong={kind === "text"} />;
    case "const":
    case "null":
      return <Fixed {...ready} />;
    case "any":
      return <JsonValueField {...ready} />;
  }
}

/** There is nothing to choose; it is there or it is not. */
function Fixed({ label, schema, value, isRequired, onChange }: ReadyProps) {
  const fixed = asObject(schema)["const"] ?? null;
  if (isRequired) return null;
  return (
    <label className="row">
      <input type="checkbox" checked={value !== undefined} onChange={(event) => onChange(event.target.checked ? fixed : undefined)} />
      {label}: <code>{writeJson(fixed)}</code>
    </label>
  );
}
