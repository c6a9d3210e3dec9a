import { lazy, Suspense, useRef, type FocusEvent } from "react";
import type { JsonObject } from "../api/exactJson";

type Control = { id?: string; "aria-describedby"?: string | undefined; "aria-invalid"?: boolean | undefined };
export type CodeFieldProps = {
  /** What the field around it hands to its control. */
  control?: Control;
  label: string;
  /** What it is for, said to who does not see it. */
  description?: string | undefined;
  value: string;
  onChange?: ((text: string) => void) | undefined;
  language: "json" | "javascript" | "expression";
  /** A document has numbered lines, folds, and Tab indents in it: Escape, then Tab leaves it. */
  isDocument?: boolean;
  isLine?: boolean;
  isReadOnly?: boolean;
  isInvalid?: boolean;
  placeholder?: string | undefined;
  /** What is wrong, by JSON pointers into the text. */
  problems?: { path: string; message: string }[];
  /** What expressions can read. */
  readable?: JsonObject | undefined;
  /** Names and values that a place of a JSON text may have. */
  words?: ((path: string[], isName: boolean) => string[]) | undefined;
  rows?: number;
};

/** What is selected in a text: nothing where both are the same, which is where the cursor stands. */
export type Selected = { from: number; to: number };

/** Without style sheets made by script, the policy of the page leaves the plain control only. */
const isAble = "adoptedStyleSheets" in document;
const CodeEditor = lazy(() => import("../code/CodeEditor"));

/** Code to be read or written. A plain control stands there until the editor is loaded, and where it cannot be. */
export function CodeField(props: CodeFieldProps) {
  /** The plain control, while somebody is in it: what is selected in it is asked for when the editor takes over, since its events come late. */
  const within = useRef<HTMLInputElement | HTMLTextAreaElement>(undefined);
  const plain = <Plain {...props} onWithin={(control) => (within.current = control)} />;
  if (!isAble) return plain;
  return (
    <Suspense fallback={plain}>
      <CodeEditor {...props} isInvalid={props.isInvalid ?? props.control?.["aria-invalid"] ?? false} takeSelection={() => (within.current ? { from: within.current.selectionStart ?? 0, to: within.current.selectionEnd ?? 0 } : undefined)} />
    </Suspense>
  );
}

function Plain({ control, label, value, onChange, isDocument, isLine, isReadOnly, isInvalid, placeholder, rows, onWithin }: CodeFieldProps & { onWithin: (control: HTMLInputElement | HTMLTextAreaElement | undefined) => void }) {
  const shared = {
    ...control,
    ...(!control?.id && { "aria-label": label }),
    ...(isInvalid && { "aria-invalid": true }),
    className: `input code${isDocument ? " document" : ""}`,
    spellCheck: false,
    readOnly: isReadOnly ?? false,
    placeholder,
    value,
    onFocus: (event: FocusEvent<HTMLInputElement | HTMLTextAreaElement>) => onWithin(event.currentTarget),
    onBlur: () => onWithin(undefined),
  };
  if (isLine) return <input {...shared} autoComplete="off" onChange={(event) => onChange?.(event.target.value)} />;
  return <textarea {...shared} rows={rows} onChange={(event) => onChange?.(event.target.value)} />;
}

/** Whether a part of the page is such an editor. */
export function isCode(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.classList.contains("code-host");
}
