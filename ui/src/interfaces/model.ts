/** Interfaces as data: what the server keeps, and what the pages make of it. `src/interfaces` of the server is the same. */
import { isObject, type Json } from "../api/exactJson";

export type Condition = {
  field?: string;
  data?: string;
  equals?: Json;
  notEquals?: Json;
  in?: Json[];
  notIn?: Json[];
  greaterThan?: number;
  lessThan?: number;
  filled?: boolean;
  all?: Condition[];
  any?: Condition[];
  not?: Condition;
};
type FieldType = "text" | "number" | "boolean" | "select" | "multi-select" | "date" | "file" | "textarea";
export type Rule = { type: string; value?: Json; message?: string };
export type UiField = {
  fieldKey: string;
  label: string;
  type: FieldType;
  options?: { value: string; label?: string }[];
  placeholder?: string;
  default?: Json;
  validationRules?: Rule[];
  helpText?: string;
  visibleIf?: Condition;
};
export type UiAction = { actionKey: string; label: string; style: "primary" | "secondary" | "danger"; confirmation?: string; visibleIf?: Condition };
type Layout = {
  type?: "single" | "grid";
  columns?: number;
  order?: string[];
  sections?: { title: string; fields: string[] }[];
  areas?: string[][];
  spacing?: "small" | "medium" | "large";
};
export type Flag = "error" | "warning" | "success" | "info" | "pending";
export type FlagRule = { flag: Flag; label: string; column?: string; when: Condition };
type CustomProps = {
  displayType: "table" | "card" | "actions";
  columns?: { key: string; label?: string }[];
  dataKey?: string;
  flagConfig?: FlagRule[];
};
export type Component = {
  name: string;
  description?: string;
  componentType: "Form" | "Modal" | "Display" | "Custom";
  title?: string;
  fields?: UiField[];
  layout?: Layout;
  actions?: UiAction[];
  customProps?: CustomProps;
};
export type Answers = Record<string, Json | undefined>;

/** The action that rejects a task. */
export const REJECT = "reject";

/** An interface out of JSON whose shape the server has checked. */
export function asComponent(value: unknown): Component | undefined {
  return isObject(value) && typeof value["componentType"] === "string" ? (value as unknown as Component) : undefined;
}

/** The interface that was written into a task or a definition when its workflow was published. */
export function pinned(value: unknown): Component | undefined {
  return isObject(value) ? asComponent(value["component"]) : undefined;
}

/** What lies at a JSON pointer. */
export function at(value: Json | undefined, pointer: string): Json | undefined {
  if (pointer === "") return value;
  let found = value;
  for (const step of pointer.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(found)) found = /^(0|[1-9]\d*)$/.test(name) ? found[Number(name)] : undefined;
    else if (isObject(found)) found = Object.hasOwn(found, name) ? found[name] : undefined;
    else return undefined;
  }
  return found;
}
