import { isCode } from "../common/CodeField";

export type Writable = HTMLInputElement | HTMLTextAreaElement | HTMLElement;

/** Puts a text where the cursor of a field stands, as if it had been typed. */
export function insertInto(field: Writable, text: string): void {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) {
    field.dispatchEvent(new CustomEvent("code-insert", { detail: text }));
    return;
  }
  const from = field.selectionStart ?? field.value.length;
  const to = field.selectionEnd ?? from;
  const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  // React hears of a value that the page's own setter has put in.
  Object.getOwnPropertyDescriptor(kind.prototype, "value")?.set?.call(field, field.value.slice(0, from) + text + field.value.slice(to));
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  field.setSelectionRange(from + text.length, from + text.length);
}

/** Whether an expression can be written there. */
export function takesText(target: EventTarget): target is Writable {
  return isCode(target) || target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && ["text", ""].includes(target.type));
}
