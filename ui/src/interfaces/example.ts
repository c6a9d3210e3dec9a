/** What a new interface begins with: something of everything, to be taken away. */
import type { Json } from "../api/exactJson";
import type { Component } from "./model";

export const EXAMPLE: Component = {
  name: "Payout",
  componentType: "Form",
  title: "Pay it?",
  fields: [
    {
      fieldKey: "decision",
      label: "Decision",
      type: "select",
      options: [
        { value: "pay", label: "Pay" },
        { value: "refuse", label: "Refuse" },
      ],
      validationRules: [{ type: "required" }],
    },
    {
      fieldKey: "reason",
      label: "Reason",
      type: "textarea",
      validationRules: [{ type: "required", message: "Say why." }],
      visibleIf: { field: "decision", equals: "refuse" },
    },
    {
      fieldKey: "second",
      label: "Who else agrees",
      type: "text",
      helpText: "Asked above 1,000.",
      visibleIf: { data: "/amount", greaterThan: 1000 },
    },
  ],
};

export const EXAMPLE_DATA: Json = { amount: 2500, recipient: "Northwind", input: { amount: 2500 }, output: null, status: "running", nodes: {} };
