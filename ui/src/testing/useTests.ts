import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client";
import { asObject, asText, isObject, type Json, type JsonObject } from "../api/exactJson";
import { useOrder } from "../common/useOrder";

/** A test of a workflow, with its cases as their author wrote them. */
export type Kept = { id: string; version: number; name: string; definition: JsonObject };
export type CaseResult = { caseId: string; status: string; error: string | undefined; checks: { path: string; message: string | undefined; expected: Json | undefined; actual: Json | undefined }[] };

/** So many tests of a workflow are shown. */
const MOST = 50;

/** The tests of a workflow, the latest first. */
export function useTests(workflowId: string) {
  return useQuery({
    queryKey: ["tests", workflowId],
    queryFn: async () => {
      const { items } = await api.get("/v1/testing/test-definitions", { params: { query: { workflowId, limit: MOST } } });
      return (await Promise.all(items.map(({ id }) => api.get("/v1/testing/test-definitions/{id}", { params: { path: { id } } })))) as unknown as Kept[];
    },
  });
}

export function casesOf(test: Kept): JsonObject[] {
  const { cases } = test.definition;
  return Array.isArray(cases) ? cases.filter(isObject) : [];
}

/** Puts a definition in the place of a test's, over the version that was seen. */
export const writeTest = (test: Kept, definition: JsonObject) =>
  api.put("/v1/testing/test-definitions/{id}", { params: { path: { id: test.id }, query: { expectedVersion: test.version } }, body: definition as never });

/** Executes tests one after the other against the draft, and answers what became of their cases, by test. */
export function useExecute() {
  const queries = useQueryClient();
  return useOrder(async (tests: Kept[]) => {
    for (const test of tests) {
      // The document names another answer of the same name.
      const { id } = (await api.post("/v1/testing/test-executions", { body: { testDefinitionId: test.id } })) as unknown as { id: string };
      const execution = await api.get("/v1/testing/test-executions/{id}", { params: { path: { id } } });
      queries.setQueryData(["fixed", "results", test.id], { of: test.version, at: execution.completedAt, results: execution.results.map(resultOf) });
    }
  });
}

type Results = { of: number; at: string; results: CaseResult[] };

/** What became of the cases when they were last executed: of this page, else of the ledger. */
export function useResults(test: Kept): Results | undefined {
  const { data } = useQuery({ queryKey: ["fixed", "results", test.id], queryFn: () => readLast(test.id), staleTime: 300_000 });
  return data ?? undefined;
}

async function readLast(testDefinitionId: string): Promise<Results | null> {
  const { items } = await api.get("/v1/testing/test-executions", { params: { query: { testDefinitionId, limit: 1 } } });
  const [last] = items;
  if (!last) return null;
  const execution = await api.get("/v1/testing/test-executions/{id}", { params: { path: { id: last.id } } });
  return { of: execution.testVersion, at: execution.completedAt, results: execution.results.map(resultOf) };
}

function resultOf(result: unknown): CaseResult {
  const read = asObject(result);
  const assertions = Array.isArray(read["assertions"]) ? read["assertions"].map(asObject) : [];
  const error = read["error"];
  return {
    caseId: asText(read["caseId"]) ?? "",
    status: asText(read["status"]) ?? "failed",
    error: asText(error) ?? asText(asObject(error)["message"]),
    checks: assertions.filter(({ passed }) => passed === false).map((each) => ({ path: asText(each["path"]) ?? "", message: asText(each["message"]), expected: each["expected"], actual: each["actual"] })),
  };
}
