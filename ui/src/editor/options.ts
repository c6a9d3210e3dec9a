/** What every node may have beside its payload, as docs/workflows.md has it. */
import type { JsonObject } from "../api/exactJson";
import type { Schema } from "../forms/schema";

const CATEGORIES = ["funds", "amount", "config", "auth", "network", "service", "onchain", "validation", "internal", "timeout", "limit"];
const CODES = { type: "array", items: { type: "string" } };

/** The schema of these fields; nodes and connectors are chosen among those that are there. */
export function optionsSchema(others: string[], connectors: { id: string; type: string }[]): Schema {
  const node = { title: "Instead", description: "The node that follows instead of the children, for the action fallback.", enum: others };
  const action = { enum: ["stop", "continue", "fallback"], description: "The run fails, the children follow as if it had succeeded, or another node follows." };
  const handler = { type: "object", required: ["action"], properties: { category: { enum: CATEGORIES }, code: { type: "string" }, action, ...(others.length > 0 && { node }) } };
  const properties: JsonObject = {
    title: { type: "string", description: "What people call it." },
    description: { type: "string", description: "What it is for." },
    connector: {
      type: "object",
      description: "The credentials that it uses.",
      required: ["type"],
      properties: { type: { type: "string", description: "The provider.", examples: ["slack"] }, id: connectors.length > 0 ? { title: "Connector", enum: connectors.map(({ id }) => id) } : { title: "Connector", type: "string" } },
    },
    timeoutMs: { title: "Time of one attempt", type: "integer", minimum: 1, maximum: 600_000, description: "Milliseconds; 30,000 when absent." },
    repeatable: { type: "boolean", description: "No: what was cut off is not repeated, and fails as outcome_unknown." },
    retryPolicy: {
      title: "Attempts",
      type: "object",
      description: "How failures are repeated; without it there is one attempt.",
      properties: {
        maxAttempts: { type: "integer", minimum: 1, default: 3 },
        strategy: { enum: ["exponential", "fixed"], default: "exponential" },
        initialInterval: { type: "integer", minimum: 0, description: "Milliseconds before the second attempt; 1,000 when absent." },
        maxInterval: { type: "integer", minimum: 0, description: "The most milliseconds between two; 60,000 when absent." },
        backoffMultiplier: { type: "number", description: "By what they grow; 2 when absent." },
        jitter: { type: "number", minimum: 0, maximum: 1, description: "Which share of the pause chance decides." },
        retryableErrors: { ...CODES, description: "Codes that are tried again in any case." },
        nonRetryableErrors: { ...CODES, description: "Codes that are never tried again." },
      },
    },
    onFailure: {
      title: "When it has failed",
      type: "object",
      required: ["action"],
      description: "What follows when it has failed for good; without it the run fails.",
      properties: { action, ...(others.length > 0 && { node }), handlers: { type: "array", maxItems: 20, description: "For failures of one kind; the first that fits is taken.", items: handler } },
    },
  };
  return { type: "object", properties };
}

/** The fields of a node that this form has. */
export const OPTIONS = ["title", "description", "connector", "timeoutMs", "repeatable", "retryPolicy", "onFailure"] as const;
