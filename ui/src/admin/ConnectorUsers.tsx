import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../api/client";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { useWorkflowNames } from "../workflows/useWorkflowNames";

/** So many workflows are looked through at once, and so many in all. */
const AT_ONCE = 4;
const MOST = 200;

type Found = { id: string; name: string; status: string; nodes: string[] };

/** Who uses a connector: what live versions and drafts say. They are looked through when somebody asks, since each has to be read. */
export function Users({ connectorId }: { connectorId: string }) {
  const { list } = useWorkflowNames();
  const looked = list.slice(0, MOST);
  const look = useMutation({
    mutationFn: async () => {
      const found: Found[] = [];
      for (let at = 0; at < looked.length; at += AT_ONCE) {
        const some = await Promise.all(looked.slice(at, at + AT_ONCE).map(({ id }) => api.get("/v1/workflows/{id}", { params: { path: { id } } })));
        for (const workflow of some as unknown as Workflow[]) {
          const nodes = Object.entries(workflow.definition.nodes).flatMap(([name, node]) => (node.connector?.id === connectorId ? [name] : []));
          if (nodes.length > 0) found.push({ id: workflow.id, name: workflow.name, status: workflow.status, nodes });
        }
      }
      return found;
    },
  });
  return (
    <section className="panel" aria-label="Who uses it">
      <header>
        <h2 className="grow">Who uses it</h2>
        <Button busy={look.isPending} onClick={() => look.mutate()}>
          Look through the workflows
        </Button>
      </header>
      <div className="body stack">
        {look.isError && <ProblemNote error={look.error} />}
        {!look.data && <p className="quiet">Nodes name it, or take it where they name only its type. {list.length > MOST && `The last ${MOST} workflows are looked through.`}</p>}
        {look.data?.length === 0 && <p>No workflow names it. Nodes that name only the type of provider may still take it.</p>}
        {look.data && look.data.length > 0 && (
          <ul className="stack">
            {look.data.map((one) => (
              <li key={one.id} className="row">
                <Status of={one.status} />
                <Link to="/workflows/$workflowId" params={{ workflowId: one.id }} search={{}}>
                  <Theirs clip>{one.name}</Theirs>
                </Link>
                <span className="quiet small">
                  in <Theirs>{one.nodes.join(", ")}</Theirs>
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
