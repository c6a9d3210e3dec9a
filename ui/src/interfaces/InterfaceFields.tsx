import type { CSSProperties } from "react";
import type { Json } from "../api/exactJson";
import { Theirs } from "../common/Theirs";
import { shownFields, type AnswerFault } from "./answer";
import { InterfaceField } from "./InterfaceField";
import type { Answers, Component, UiField } from "./model";

type Props = { component: Component; answers: Answers; data: Json | undefined; faults: AnswerFault[]; onChange: (key: string, value: Json | undefined) => void };

/** The fields that are shown, as the layout has them. On a narrow screen they stand below each other. */
export function InterfaceFields({ component, answers, data, faults, onChange }: Props) {
  const layout = component.layout ?? {};
  const order = layout.order ?? [];
  const rank = (field: UiField) => (order.includes(field.fieldKey) ? order.indexOf(field.fieldKey) : order.length);
  const shown = shownFields(component, answers, data).toSorted((one, other) => rank(one) - rank(other));
  const areas = layout.areas ?? [];
  const one = (field: UiField) => (
    <div key={field.fieldKey} className="interface-cell" style={areas.length > 0 ? ({ "--area": areaOf(areas, field.fieldKey) } as CSSProperties) : undefined}>
      <InterfaceField
        field={field}
        value={answers[field.fieldKey]}
        faults={faults.filter(({ path }) => path === `/${field.fieldKey}` || path.startsWith(`/${field.fieldKey}/`)).map(({ message }) => message)}
        onChange={(value) => onChange(field.fieldKey, value)}
      />
    </div>
  );
  const columns = layout.type === "single" ? 1 : areas[0]?.length ?? layout.columns ?? (layout.type === "grid" ? 2 : 1);
  const style: Record<string, string> = { "--columns": String(columns) };
  if (areas.length > 0) style["--areas"] = areas.map((row) => `"${row.map((key) => (key === "." ? "." : `f-${key}`)).join(" ")}"`).join(" ");
  const name = ["interface-grid", layout.spacing ?? "medium", areas.length > 0 && "areas"].filter(Boolean).join(" ");
  const placed = new Set((layout.sections ?? []).flatMap(({ fields }) => fields));
  const free = shown.filter(({ fieldKey }) => !placed.has(fieldKey));
  return (
    <>
      {free.length > 0 && (
        <div className={name} style={style as CSSProperties}>
          {free.map(one)}
        </div>
      )}
      {(layout.sections ?? []).map((section) => {
        const inside = shown.filter(({ fieldKey }) => section.fields.includes(fieldKey));
        return inside.length === 0 ? null : (
          <fieldset key={section.title} className="interface-section">
            <legend>
              <Theirs>{section.title}</Theirs>
            </legend>
            <div className={name} style={style as CSSProperties}>
              {inside.map(one)}
            </div>
          </fieldset>
        );
      })}
    </>
  );
}

/** A field that the areas leave out stands below them. */
function areaOf(areas: string[][], key: string): string {
  return areas.some((row) => row.includes(key)) ? `f-${key}` : "auto / 1 / auto / -1";
}
