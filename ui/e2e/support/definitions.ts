/** Workflows that specs publish. */

type Nodes = Record<string, { type: string; payload: object; children?: string[]; branch?: string; [other: string]: unknown }>;
export type Definition = { nodes: Nodes; [other: string]: unknown };

/** Asks a person before it goes on. */
export function approval(): Definition {
  return {
    nodes: {
      root: { type: "manual", payload: {}, children: ["approval"] },
      approval: {
        type: "manual-task",
        payload: {
          title: "Approve the payout of {{$trigger.body.amount}} {{$trigger.body.currency}} to {{$trigger.body.recipient}}",
          description: "Compare the recipient with the contract. Above 10,000 say in the note who else has seen it.",
          queue: "treasury",
          priority: "HIGH",
          form: {
            type: "object",
            additionalProperties: false,
            required: ["approved"],
            properties: { approved: { type: "boolean", title: "Pay it?" }, note: { type: "string", maxLength: 500, title: "Note for the books" } },
          },
          data: { amount: "{{$trigger.body.amount}}", currency: "{{$trigger.body.currency}}", recipient: "{{$trigger.body.recipient}}", invoice: "{{$trigger.body.invoice}}" },
          deadlineMs: 14_400_000,
        },
        children: ["decision", "refused"],
      },
      decision: { type: "if", branch: "completed", payload: { condition: { $and: [{ "{{approval.result.data.approved}}": { $eq: true } }] } }, children: ["pay", "keep"] },
      pay: { type: "log", branch: "then", payload: { message: "Paid {{$trigger.body.amount}} {{$trigger.body.currency}}" } },
      keep: { type: "log", branch: "else", payload: { message: "Not paid" } },
      refused: { type: "fail", branch: "rejected", payload: { message: "The payout was rejected" } },
    },
  };
}

/** Two nodes: it is over at once. */
export function note(message = "It runs"): Definition {
  return { nodes: { root: { type: "manual", payload: {}, children: ["note"] }, note: { type: "log", payload: { message } } } };
}

/** Waits for a signal after each of its steps. */
export function stepwise(steps: number): Definition {
  const nodes: Nodes = { root: { type: "manual", payload: {}, children: ["wait-1"] } };
  for (let step = 1; step <= steps; step += 1) {
    nodes[`wait-${step}`] = { type: "wait", payload: { timeoutMs: 3_600_000, triggerType: "signal", triggerConfig: { signal: `step-${step}` } }, children: [`note-${step}`] };
    nodes[`note-${step}`] = { type: "log", branch: "resumed", payload: { message: `step ${step} is taken` }, ...(step < steps && { children: [`wait-${step + 1}`] }) };
  }
  return { nodes };
}

/** So many nodes, in layers that branch and come together. */
export function wide(count: number, perLayer = 20): Definition {
  const nodes: Nodes = { root: { type: "manual", payload: {}, children: [] } };
  const layerOf = (index: number) => Math.floor((index - 1) / perLayer);
  for (let index = 1; index < count; index += 1) {
    nodes[`step-${index}`] = { type: "log", payload: { message: `step ${index}` } };
    const parent = layerOf(index) === 0 ? "root" : `step-${index - perLayer}`;
    const above = nodes[parent];
    if (above) (above.children ??= []).push(`step-${index}`);
  }
  return { nodes };
}

/** Everybody may start it, also from pages of these origins; it says something to whoever did. */
export function greeting(allowedOrigins: string[]): Definition {
  return {
    visibility: "public_execute",
    publicWidgetConfig: { title: "A greeting", description: "It greets whoever asks.", buttonText: "Greet me", successMessage: "You were greeted.", publicOutputs: ["shown"], allowedOrigins },
    inputSchema: [{ key: "name", type: "string", required: true, description: "How you are called" }],
    nodes: {
      root: { type: "manual", payload: {}, children: ["shown"] },
      shown: { type: "format", title: "The greeting", payload: { template: "Hello {{@name}}", data: { name: "{{$inputs.name}}" } }, children: ["kept"] },
      kept: { type: "log", title: "Keep it", payload: { message: "a secret of the house about {{$inputs.name}}" } },
    },
  };
}
