import { describe, expect, it } from "vitest";
import cases from "../../../tests/interfaces/cases.json";
import type { Json } from "../api/exactJson";
import { faultsOf } from "./answer";
import { holds } from "./condition";
import type { Answers, Component, Condition } from "./model";

type Case = { says: string; when: Condition; answers: Answers; data?: Json; holds: boolean };

describe("the table that the server is held to as well", () => {
  it.each(cases.conditions as unknown as Case[])("conditions: $says", (each) => {
    expect(holds(each.when, each.answers, each.data)).toBe(each.holds);
  });

  it.each(cases.answers)("answers: $says", ({ answer, faults }) => {
    expect(faultsOf(cases.component as unknown as Component, undefined, answer as unknown as Json).map(({ path }) => path)).toEqual(faults);
  });
});
