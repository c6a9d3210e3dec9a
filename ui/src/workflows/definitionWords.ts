import type { NodeType } from "../api/types";

/** The fields of docs/workflows.md. */
const OF_DEFINITION = ["nodes", "inputSchema", "props", "variableDefs", "emit", "errorWorkflow", "maxRunMs", "personal", "lane", "visibility", "publicWidgetConfig"];
const OF_NODE = ["type", "payload", "children", "branch", "loopBody", "connector", "title", "description", "retryPolicy", "timeoutMs", "repeatable", "onFailure", "compensatedBy", "outputSchema"];
const OF_RETRIES = ["maxAttempts", "strategy", "initialInterval", "maxInterval", "backoffMultiplier", "jitter", "retryableErrors", "nonRetryableErrors"];
const OF_FAILURE = ["action", "node", "handlers"];

/** Names and values that a place of a definition may have. */
export function definitionWords(types: NodeType[]): (path: string[], isName: boolean) => string[] {
  return (path, isName) => {
    const [head, id, field, ...rest] = path;
    if (isName && path.length === 0) return OF_DEFINITION;
    if (head !== "nodes") return [];
    if (isName && id !== undefined && field === undefined) return OF_NODE;
    if (isName && rest.length === 0 && field === "retryPolicy") return OF_RETRIES;
    if (isName && rest.length === 0 && field === "onFailure") return OF_FAILURE;
    if (!isName && field === "type" && rest.length === 0) return types.filter(({ role }) => (role === "trigger") === (id === "root")).map(({ type }) => type);
    if (!isName && field === "onFailure" && rest.at(-1) === "action") return ["stop", "continue", "fallback"];
    return [];
  };
}
