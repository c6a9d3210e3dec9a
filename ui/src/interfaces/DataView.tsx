import "./interfaces.css";
import { CircleCheck, CircleDashed, CircleX, Info, TriangleAlert, type LucideIcon } from "lucide-react";
import { isObject, writeJson, type Json, type JsonObject } from "../api/exactJson";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { holds } from "./condition";
import { at, type Component, type Flag, type FlagRule } from "./model";

/** How many rows are shown at most, and how many columns where none are named. */
const MOST_ROWS = 200;
const MOST_COLUMNS = 12;
const MOST_TEXT = 500;

type Column = { key: string; label: string };

/** Data as an interface shows them: a table or cards, with flags. */
export function DataView({ component, data }: { component: Component; data: Json | undefined }) {
  const props = component.customProps;
  const found = at(data, props?.dataKey ?? "");
  const rows = (Array.isArray(found) ? found : found === undefined || found === null ? [] : [found]).map(asRow);
  const shown = rows.slice(0, MOST_ROWS);
  const columns = columnsOf(component, shown);
  const flags = props?.flagConfig ?? [];
  if (rows.length === 0) return <p className="quiet">There is nothing to show yet.</p>;
  const atEnd = flags.filter(({ column }) => column === undefined || !columns.some(({ key }) => key === column));
  return (
    <div className="stack">
      {props?.displayType === "table" ? (
        <Table heads={[...columns.map(({ label }) => label), ...(atEnd.length > 0 ? ["Flags"] : [])]}>
          {shown.map((row, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column.key}>
                  <Cell row={row} column={column} flags={flags} />
                </td>
              ))}
              {atEnd.length > 0 && (
                <td>
                  <Flags rules={atEnd} row={row} />
                </td>
              )}
            </tr>
          ))}
        </Table>
      ) : (
        <div className="interface-cards">
          {shown.map((row, index) => (
            <div key={index} className="interface-card">
              <dl className="facts">
                {columns.map((column) => (
                  <div key={column.key} className="interface-fact">
                    <dt>
                      <Theirs>{column.label}</Theirs>
                    </dt>
                    <dd>
                      <Cell row={row} column={column} flags={flags} />
                    </dd>
                  </div>
                ))}
              </dl>
              <Flags rules={atEnd} row={row} />
            </div>
          ))}
        </div>
      )}
      {rows.length > MOST_ROWS && <p className="small quiet">The first {MOST_ROWS} of {rows.length.toLocaleString()}.</p>}
    </div>
  );
}

function Cell({ row, column, flags }: { row: JsonObject; column: Column; flags: FlagRule[] }) {
  return (
    <span className="row">
      <Value of={valueAt(row, column.key)} />
      <Flags rules={flags.filter((rule) => rule.column === column.key)} row={row} />
    </span>
  );
}

function Value({ of }: { of: Json | undefined }) {
  if (of === undefined || of === null) return <span className="quiet">–</span>;
  if (typeof of === "boolean") return <>{of ? "Yes" : "No"}</>;
  const text = typeof of === "string" ? of : isObject(of) || Array.isArray(of) ? writeJson(of) : String(of);
  const cut = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
  return typeof of === "string" || !(isObject(of) || Array.isArray(of)) ? <Theirs>{cut}</Theirs> : <code className="theirs">{cut}</code>;
}

const SIGNS: Record<Flag, [tone: string, icon: LucideIcon, word: string]> = {
  error: ["bad", CircleX, "Error"],
  warning: ["wait", TriangleAlert, "Warning"],
  success: ["good", CircleCheck, "Success"],
  info: ["busy", Info, "Info"],
  pending: ["still", CircleDashed, "Pending"],
};

function Flags({ rules, row }: { rules: FlagRule[]; row: JsonObject }) {
  const raised = rules.filter(({ when }) => holds(when, row, row));
  if (raised.length === 0) return null;
  return (
    <span className="row">
      {raised.map((rule, index) => {
        const [tone, Icon, word] = SIGNS[rule.flag] ?? SIGNS.info;
        return (
          <span key={index} className={`status pill tone-${tone}`} title={word}>
            <Icon size={14} aria-hidden />
            <span className="visually-hidden">{word}: </span>
            <Theirs clip>{rule.label}</Theirs>
          </span>
        );
      })}
    </span>
  );
}

function asRow(value: Json): JsonObject {
  return isObject(value) ? value : { value };
}

function valueAt(row: JsonObject, key: string): Json | undefined {
  return key.startsWith("/") ? at(row, key) : Object.hasOwn(row, key) ? row[key] : undefined;
}

/** What is named; else the fields; else what the rows have. */
function columnsOf(component: Component, rows: JsonObject[]): Column[] {
  const named = component.customProps?.columns ?? [];
  if (named.length > 0) return named.map(({ key, label }) => ({ key, label: label ?? key }));
  const fields = component.componentType === "Display" ? (component.fields ?? []) : [];
  if (fields.length > 0) return fields.map(({ fieldKey, label }) => ({ key: fieldKey, label }));
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, MOST_COLUMNS);
  return keys.map((key) => ({ key, label: key }));
}
