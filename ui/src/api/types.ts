/** Short names for what the API answers. */
import type { components } from "./schema";
import type { JsonObject, Json } from "./exactJson";

type Schemas = components["schemas"];

/** The document calls any JSON an object; here it is what it is. */
type With<T, Fields> = Omit<T, keyof Fields> & Fields;

export type RunSummary = Schemas["RunSummary"];
export type RunStatus = "running" | "waiting" | "success" | "failure" | "cancelled";
export type NodeStatus =
  | "pending"
  | "running"
  | "success"
  | "failure"
  | "skipped"
  | "waiting"
  | "scheduled"
  | "cancelled"
  | "auto_swapping";

type Failure = { code: string; message: string; category: string; retryable: boolean; details?: Json };
export type NodeRecord = With<
  Schemas["NodeRecord"],
  { status: NodeStatus; input?: Json; result?: Json; error?: Failure | null }
>;
export type DefinitionNode = {
  type: string;
  payload?: JsonObject;
  children?: string[];
  loopBody?: string[];
  branch?: string;
  connector?: { type: string; id?: string };
  title?: string;
  titleOverride?: string;
  description?: string;
  compensatedBy?: string;
  [more: string]: Json | undefined;
};
export type Definition = { nodes: Record<string, DefinitionNode>; [more: string]: Json | Record<string, DefinitionNode> };
type Retrial = { takenOver: number; beginsWith: string[]; outcomeUnknown: string[] };
export type Run = With<
  Schemas["Run"],
  {
    status: RunStatus;
    output?: Json;
    failure?: Failure | null;
    onRetry?: Retrial | null;
    paused?: { by?: string; reason?: string } | null;
    executionState?: Record<string, NodeRecord> | null;
    workflowDefinition?: Definition | null;
  }
>;
export type LedgerEvent = With<Schemas["Event"], { payload: JsonObject; metadata: Record<string, string> }>;
export type TaskSummary = Schemas["TaskSummary"];
export type Task = With<Schemas["Task"], { status: string; form?: Json; uiComponent?: Json; data?: Json; answer?: Json }>;
export type WorkflowSummary = Schemas["WorkflowSummary"];
export type Workflow = With<Schemas["Workflow"], { definition: Definition; pinnedOutputs: JsonObject }>;
export type NodeType = With<Schemas["NodeType"], { payloadSchema?: Json; resultSchema?: Json; exampleUsage?: Json }>;
export type ActivityEntry = Schemas["ActivityEntry"];
export type Projection = Schemas["ProjectionRecord"];
export type DeadLetter = Schemas["DeadLetter"];
export type Chain = Schemas["ChainRecord"];
export type Page<T> = { items: T[]; limit: number; offset: number; hasMore: boolean; cursor?: string | null };
