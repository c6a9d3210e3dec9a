import { createContext, use } from "react";
import type { JsonObject } from "../api/exactJson";
import type { Fault } from "./check";
import type { Schema } from "./schema";

export type FormRules = { root: Schema; allowsExpressions: boolean; faults: Fault[]; scripts: string[] };

/** What holds in the whole of a form. */
export const FormContext = createContext<FormRules>({ root: {}, allowsExpressions: false, faults: [], scripts: [] });

/** What expressions can read, with the data that are known. */
export const Readable = createContext<JsonObject>({});

export function useRules(): FormRules {
  return use(FormContext);
}

/** What is wrong with the value at a place, and not further down. */
export function useFaults(path: string): string[] {
  return useRules().faults.filter((fault) => fault.path === path).map(({ message }) => message);
}
