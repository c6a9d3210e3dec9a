import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import type { Json } from "../api/exactJson";
import { JsonTree } from "../common/JsonTree";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";

/** What publishing the draft would change. */
export function Changes({ workflowId, version }: { workflowId: string; version: number }) {
  const changes = useQuery({
    queryKey: ["changes", workflowId, version],
    queryFn: () => api.get("/v1/workflows/{id}/diff", { params: { path: { id: workflowId } } }),
  });
  if (changes.isPending) return <Loading lines={3} />;
  if (changes.isError) {
    return (
      <div className="body">
        <ProblemNote error={changes.error} />
      </div>
    );
  }
  if (changes.data.same) return <p className="body quiet">The draft is what is live.</p>;
  return (
    <div className="body">
      <JsonTree value={changes.data.diff as Json} label="the changes" />
    </div>
  );
}
