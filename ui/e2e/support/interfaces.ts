/** Interfaces of an organization: how a task is asked, and how a run is shown. */

export function asked(): object {
  return {
    name: "Counterparty",
    componentType: "Form",
    title: "Who they are",
    description: "What the desk has to know before a limit is given.",
    fields: [
      {
        fieldKey: "decision",
        label: "Decision",
        type: "select",
        options: [
          { value: "yes", label: "Take them on" },
          { value: "later", label: "Ask for papers first" },
          { value: "no", label: "Refuse" },
        ],
        validationRules: [{ type: "required" }],
      },
      { fieldKey: "limit", label: "Limit a day, in dollars", type: "number", validationRules: [{ type: "required" }, { type: "range", value: { min: 1_000, max: 5_000_000 } }], visibleIf: { field: "decision", equals: "yes" } },
      { fieldKey: "papers", label: "Which papers", type: "multi-select", options: [{ value: "register", label: "Extract of the register" }, { value: "owners", label: "Owners above 25 %" }], visibleIf: { field: "decision", equals: "later" } },
      { fieldKey: "reason", label: "Reason", type: "textarea", helpText: "It stands on the ledger.", validationRules: [{ type: "required", message: "Say why." }], visibleIf: { field: "decision", equals: "no" } },
    ],
    actions: [{ actionKey: "decide", label: "Decide", style: "primary" }],
  };
}

export function shown(): object {
  return {
    name: "What was decided",
    componentType: "Display",
    customProps: { displayType: "card", dataKey: "/nodes/look/data", columns: [{ key: "decision", label: "Decision" }, { key: "limit", label: "Limit a day" }], flagConfig: [{ flag: "success", label: "Taken on", when: { data: "/decision", equals: "yes" } }] },
  };
}
