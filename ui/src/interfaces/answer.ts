/**
 * What is wrong with an answer before it is sent. The server has the last word, by `src/interfaces/answer.rs`. Patterns are
 * left to it: their syntax is its own, and it never hangs on one.
 */
import { isObject, type Json } from "../api/exactJson";
import { asNumber, holds, isEmpty, same } from "./condition";
import { REJECT, type Answers, type Component, type Rule, type UiAction, type UiField } from "./model";

export type AnswerFault = { path: string; message: string };
/** How large a file may be, in bytes. */
export const MAX_FILE_BYTES = 128 * 1024;

/** The fields that are shown with these answers, in the order in which they are written. */
export function shownFields(component: Component, answers: Answers, data: Json | undefined): UiField[] {
  const seen: Answers = {};
  return (component.fields ?? []).filter((field) => {
    if (field.visibleIf && !holds(field.visibleIf, seen, data)) return false;
    seen[field.fieldKey] = answers[field.fieldKey];
    return true;
  });
}

/** The buttons that are offered with these answers. */
export function shownActions(component: Component, answers: Answers, data: Json | undefined): UiAction[] {
  const seen = Object.fromEntries(shownFields(component, answers, data).map(({ fieldKey }) => [fieldKey, answers[fieldKey]]));
  return (component.actions ?? []).filter(({ visibleIf }) => !visibleIf || holds(visibleIf, seen, data));
}

/** What the fields begin with. */
export function beginning(component: Component): Answers {
  const begun = (component.fields ?? []).filter((field) => field.default !== undefined && field.default !== null);
  return Object.fromEntries(begun.map((field) => [field.fieldKey, field.default]));
}

/** What is sent: of what is shown, what was filled in; and the button that was pressed. */
export function answerOf(component: Component, answers: Answers, data: Json | undefined, action: string | undefined): Record<string, Json> {
  const sent: Record<string, Json> = {};
  for (const { fieldKey } of shownFields(component, answers, data)) {
    const value = answers[fieldKey];
    if (value !== undefined && !isEmpty(value)) sent[fieldKey] = value;
  }
  if (action !== undefined && action !== REJECT) sent["action"] = action;
  return sent;
}

/** Everything that is wrong with an answer, by the keys of its fields. */
export function faultsOf(component: Component, data: Json | undefined, answer: Json): AnswerFault[] {
  if (!isObject(answer)) return [{ path: "", message: "is an object of answers by the keys of the fields" }];
  const faults: AnswerFault[] = [];
  const shown = new Set(shownFields(component, answer, data).map(({ fieldKey }) => fieldKey));
  for (const field of component.fields ?? []) {
    const value = Object.hasOwn(answer, field.fieldKey) ? (answer[field.fieldKey] ?? null) : null;
    const fault = shown.has(field.fieldKey) ? faultOf(field, value) : value === null ? undefined : "is not shown with these answers: leave it out";
    if (fault !== undefined) faults.push({ path: `/${field.fieldKey}`, message: fault });
  }
  const known = new Set([...(component.fields ?? []).map(({ fieldKey }) => fieldKey), ...(component.actions?.length ? ["action"] : [])]);
  for (const key of Object.keys(answer)) if (!known.has(key)) faults.push({ path: `/${key}`, message: "is no field of this form: leave it out" });
  return faults;
}

export function isRequired(field: UiField): boolean {
  return (field.validationRules ?? []).some(({ type }) => type === "required");
}

function faultOf(field: UiField, value: Json): string | undefined {
  const wrong = isEmpty(value) ? undefined : typeFault(field, value);
  if (wrong !== undefined) return wrong;
  for (const rule of field.validationRules ?? []) {
    const broken = brokenBy(rule, value);
    if (broken !== undefined) return rule.message ?? broken;
  }
  return undefined;
}

function typeFault(field: UiField, value: Json): string | undefined {
  const isOption = (chosen: Json) => (field.options ?? []).some((option) => option.value === chosen);
  switch (field.type) {
    case "text":
      return typeof value === "string" && !/[\n\r]/.test(value) ? undefined : "is a line of text";
    case "textarea":
      return typeof value === "string" ? undefined : "is a text";
    case "number":
      return asNumber(value) === undefined ? "is a number" : undefined;
    case "boolean":
      return typeof value === "boolean" ? undefined : "is true or false";
    case "date":
      return typeof value === "string" && isDay(value) ? undefined : "is a day, as `2026-11-30`";
    case "select":
      return isOption(value) ? undefined : "is one of the options";
    case "multi-select":
      return Array.isArray(value) && value.every(isOption) && new Set(value).size === value.length ? undefined : "is a list of options, each once";
    case "file":
      return isObject(value) ? undefined : "is a file of at most 128 KiB";
  }
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function isEmail(text: string): boolean {
  const [name, host, more] = text.split("@");
  return !!name && !!host && more === undefined && !/\s/.test(text) && host.includes(".") && host.split(".").every((label) => label !== "") && text.length <= 254;
}

function brokenBy({ type, value: bound }: Rule, value: Json): string | undefined {
  if (type === "required") return isEmpty(value) || value === false ? "is required" : undefined;
  if (isEmpty(value)) return undefined;
  const length = typeof value === "string" ? [...value].length : Array.isArray(value) ? value.length : 0;
  const least = (end: Json | undefined) => end === undefined || compare(value, end) >= 0;
  const most = (end: Json | undefined) => end === undefined || compare(value, end) <= 0;
  switch (type) {
    case "email":
      return typeof value === "string" && isEmail(value) ? undefined : "is no e-mail address";
    case "minLength":
      return length >= Number(bound) ? undefined : `has at least ${String(bound)} characters or choices`;
    case "maxLength":
      return length <= Number(bound) ? undefined : `has at most ${String(bound)} characters or choices`;
    case "min":
      return least(bound) ? undefined : `is ${String(bound)} or more`;
    case "max":
      return most(bound) ? undefined : `is ${String(bound)} or less`;
    case "range": {
      const { min, max } = isObject(bound) ? bound : {};
      if (least(min) && most(max)) return undefined;
      return min === undefined ? `is ${String(max)} or less` : max === undefined ? `is ${String(min)} or more` : `is between ${String(min)} and ${String(max)}`;
    }
    case "oneOf":
    case "set":
      return Array.isArray(bound) && bound.some((each) => same(each, value)) ? undefined : "is none of the values that are allowed";
    default:
      return undefined;
  }
}

/** Numbers by their size, days by the calendar, which is the order of their texts. */
function compare(one: Json, other: Json): number {
  const [first, second] = [asNumber(one), asNumber(other)];
  if (first !== undefined && second !== undefined) return first - second;
  return typeof one === "string" && typeof other === "string" ? (one < other ? -1 : one > other ? 1 : 0) : 0;
}
