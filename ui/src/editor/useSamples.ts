import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { asObject, type Json, type JsonObject } from "../api/exactJson";
import type { Definition, Run, Workflow } from "../api/types";
import { ROOT } from "./model/ids";
import type { Known, States } from "./model/sample";
import { useNodeType, type Catalog } from "./useCatalog";

export type Simulated = Omit<Data<"/v1/workflows/{id}/simulate", "post">, "executionState"> & { executionState: States; /** The node as far as which it is shown. */ upTo?: string };
type Samples = {
  known: Known;
  /** Where the data are from, in words. */
  from: string;
  lastRun: Run | undefined;
  simulated: Simulated | undefined;
  /** Whether the draft is still what was simulated. */
  isFresh: boolean;
  simulate: (result: Simulated | undefined, of: Definition) => void;
};

/** Data to look at while editing: of the last simulation, else of the last run, else what the trigger's type has as an example. */
export function useSamples(workflow: Workflow, definition: Definition, catalog: Catalog, pinned: JsonObject): Samples {
  const [played, setPlayed] = useState<{ result: Simulated; of: Definition }>();
  const simulated = played?.result;
  const { data: lastRun } = useQuery({ queryKey: ["last-run", workflow.id], queryFn: () => readLast(workflow.id), staleTime: 30_000 });
  const root = definition.nodes?.[ROOT];
  const type = useNodeType(root && catalog.of(root.type));
  const trigger: Json | undefined = asObject(type?.exampleUsage)["result"];
  const states = simulated?.executionState ?? lastRun?.executionState ?? {};
  const from = simulated ? "of the simulation" : lastRun ? "of the last run" : trigger === undefined ? "" : "an example of what the trigger brings";
  return { known: { states, pinned, trigger }, from, lastRun: lastRun ?? undefined, simulated, isFresh: played?.of === definition, simulate: (result, of) => setPlayed(result && { result, of }) };
}

async function readLast(workflowId: string): Promise<Run | null> {
  const { items } = await api.get("/v1/runs", { params: { query: { workflowId, limit: 1 } } });
  const [last] = items;
  return last ? ((await api.get("/v1/runs/{id}", { params: { path: { id: last.id } } })) as unknown as Run) : null;
}
