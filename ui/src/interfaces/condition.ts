/** When something is shown. The server decides the same by `src/interfaces/condition.rs`; one table of cases holds both to it. */
import { ExactNumber, type Json } from "../api/exactJson";
import { at, type Answers, type Condition } from "./model";

export function holds(condition: Condition, answers: Answers, data: Json | undefined): boolean {
  if (condition.all) return condition.all.every((part) => holds(part, answers, data));
  if (condition.any) return condition.any.some((part) => holds(part, answers, data));
  if (condition.not) return !holds(condition.not, answers, data);
  const { field, data: pointer } = condition;
  const found = (field !== undefined ? (Object.hasOwn(answers, field) ? answers[field] : undefined) : pointer !== undefined ? at(data, pointer) : undefined) ?? null;
  const is = (wanted: Json) => same(found, wanted);
  const among = (wanted: Json[]) => (Array.isArray(found) ? found.some((one) => wanted.some((each) => same(one, each))) : wanted.some(is));
  if (condition.equals !== undefined && condition.equals !== null) return is(condition.equals);
  if (condition.notEquals !== undefined && condition.notEquals !== null) return !is(condition.notEquals);
  if (condition.in) return among(condition.in);
  if (condition.notIn) return !among(condition.notIn);
  const number = asNumber(found);
  if (condition.greaterThan !== undefined) return number !== undefined && number > condition.greaterThan;
  if (condition.lessThan !== undefined) return number !== undefined && number < condition.lessThan;
  return condition.filled !== undefined && condition.filled !== isEmpty(found);
}

/** Whether there is nothing: what an answer has that was left empty. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return value.trim() === "";
  return Array.isArray(value) && value.length === 0;
}

/** Whether two plain values are the same: 1 and 1.0 are. */
export function same(one: Json, other: Json): boolean {
  const [first, second] = [asNumber(one), asNumber(other)];
  return first !== undefined && second !== undefined ? first === second : one === other;
}

export function asNumber(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  return value instanceof ExactNumber ? Number(value.text) : undefined;
}
