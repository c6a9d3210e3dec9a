import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { api } from "../api/client";
import type { Workflow } from "../api/types";
import { Theirs } from "../common/Theirs";

/** What keeps the draft from being published, as the server sees it. */
export function useDraftProblems({ id, version }: Pick<Workflow, "id" | "version">) {
  return useQuery({ queryKey: ["problems", id, version], queryFn: () => api.post("/v1/workflows/{id}/validate", { params: { path: { id } } }) });
}

/** The same, each with its node. */
export function Problems({ workflow }: { workflow: Pick<Workflow, "id" | "version"> }) {
  const { data } = useDraftProblems(workflow);
  if (!data) return null;
  if (data.valid) {
    return (
      <p className="status tone-good">
        <CircleCheck size={15} aria-hidden />
        The draft can be published
      </p>
    );
  }
  return (
    <div className="note wait">
      <TriangleAlert size={16} className="tone-wait" aria-hidden />
      <div className="stack grow">
        <h2>
          {data.problems.length === 1 ? "One problem keeps" : `${data.problems.length} problems keep`} the draft from being published
        </h2>
        <ul className="stack problems">
          {data.problems.map((problem, index) => (
            <li key={index}>
              {problem.nodeId && (
                <Link to="/workflows/$workflowId" params={{ workflowId: workflow.id }} search={{ node: problem.nodeId }}>
                  <code className="theirs">{problem.nodeId}</code>
                </Link>
              )}{" "}
              <Theirs>{problem.message}</Theirs> <code className="small quiet theirs">{problem.path}</code>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
