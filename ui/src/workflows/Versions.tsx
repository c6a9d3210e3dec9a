import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import { asObject, type Json } from "../api/exactJson";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { usePages } from "../common/usePages";
import { useMay } from "../frame/whoami";
import { RollbackDialog } from "../publish/RollbackDialog";

/** All that was ever live, what each changed, and the way back to it. */
export function Versions({ workflow }: { workflow: Workflow }) {
  const may = useMay("workflows:publish");
  const [back, setBack] = useState<number>();
  const path = { id: workflow.id };
  const params = { workflowId: workflow.id };
  const versions = usePages(["versions", workflow.id, workflow.version], (cursor) =>
    api.get("/v1/workflows/{id}/versions", { params: { path, query: { limit: 50, ...(cursor && { cursor }) } } }),
  );
  return (
    <Listing query={versions} empty={<p className="body quiet">Nothing was published yet. Each publication makes a version here, which never changes and can be brought back.</p>}>
      <Table heads={["Version", "Status", "Published", "By", "What changed"]} hasActions>
        {versions.items.map(({ versionNumber, status, publishedAt, createdBy }) => (
          <tr key={versionNumber}>
            <td>
              <Link to="/workflows/$workflowId/versions/$version" params={{ ...params, version: String(versionNumber) }} aria-label={`Look at version ${versionNumber}`}>
                {versionNumber}
              </Link>
            </td>
            <td>
              <Status of={status} />
            </td>
            <td>
              <Instant at={publishedAt} />
            </td>
            <td>
              <Theirs clip>{createdBy}</Theirs>
            </td>
            <td>{versionNumber === 1 ? <span className="quiet">The first</span> : <Changed workflowId={workflow.id} version={versionNumber} />}</td>
            <td className="row">
              {versionNumber > 1 && (
                <Link to="/workflows/$workflowId/compare" params={params} search={{ from: String(versionNumber - 1), to: String(versionNumber) }} className="button">
                  Compare
                </Link>
              )}
              {may && status !== "live" && <Button onClick={() => setBack(versionNumber)}>Bring back…</Button>}
            </td>
          </tr>
        ))}
      </Table>
      {back !== undefined && <RollbackDialog workflow={workflow} version={back} onClose={() => setBack(undefined)} />}
    </Listing>
  );
}

/** In a few words what a version changed of the one before. Versions never change, so it is asked once. */
function Changed({ workflowId, version }: { workflowId: string; version: number }) {
  const { data, isError } = useQuery({
    queryKey: ["fixed", "version-changes", workflowId, version],
    queryFn: () => api.get("/v1/workflows/{id}/diff", { params: { path: { id: workflowId }, query: { from: String(version - 1), to: String(version) } } }),
    staleTime: Infinity,
  });
  if (isError) return <span className="quiet">not known</span>;
  if (!data) return <span className="quiet">…</span>;
  return <>{data.same ? "Nothing" : inWords(asObject(data.diff))}</>;
}

function inWords(diff: Record<string, Json>): string {
  const list = (name: string) => (Array.isArray(diff[name]) ? diff[name].map(asObject) : []);
  const nodes = (change: string) => list("nodes").filter((node) => node["change"] === change).length;
  const parts = [
    [nodes("added"), "new"],
    [nodes("removed"), "gone"],
    [nodes("changed"), "changed"],
    [nodes("renamed"), "renamed"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const [links, settings] = [list("edges").length, list("settings").length];
  if (links > 0) told.push(links === 1 ? "one line" : `${links} lines`);
  if (settings > 0) told.push(settings === 1 ? "one setting" : `${settings} settings`);
  return told.join(", ") || "Nothing";
}
