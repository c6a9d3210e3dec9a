import { Link, useNavigate } from "@tanstack/react-router";
import { FilePlus } from "lucide-react";
import { api, sinceWritten } from "../api/client";
import { Button } from "../common/Button";
import { Command } from "../common/Copy";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";

/** Forms for tasks and views of runs. */
export function InterfacesPage() {
  const may = useMay("interfaces:write");
  const navigate = useNavigate();
  const interfaces = usePages(["interfaces"], (cursor) => {
    const minPosition = sinceWritten();
    return api.get("/v1/ui-components", { params: { query: { limit: 50, ...(cursor && { cursor }), ...(!cursor && minPosition && { minPosition }) } } });
  });
  return (
    <Page
      title="Interfaces"
      lead="Forms in which tasks are answered, and views by which runs are shown. Workflows name them."
      actions={
        may && (
          <Button look="primary" icon={<FilePlus size={16} aria-hidden />} onClick={() => void navigate({ to: "/interfaces/$interfaceId", params: { interfaceId: "new" } })}>
            New interface
          </Button>
        )
      }
    >
      <section className="panel" aria-label="Interfaces">
        <Listing
          query={interfaces}
          empty={
            <Empty title="No interface yet">
              <p>
                A task is answered in a form made of its schema. An interface says more: what stands beside what, what is asked only when something else was answered, and which buttons there are. A <code>Display</code> shows
                what came of a run, with flags.
              </p>
              <Command>chainkeel interface apply form.json</Command>
            </Empty>
          }
        >
          <Table heads={["Name", "Type", "Version", "Changed"]}>
            {interfaces.items.map((each) => (
              <tr key={each.id}>
                <td>
                  <Link to="/interfaces/$interfaceId" params={{ interfaceId: each.id }}>
                    <Theirs clip>{each.name}</Theirs>
                  </Link>
                  {each.description && (
                    <div className="small quiet">
                      <Theirs clip>{each.description}</Theirs>
                    </div>
                  )}
                </td>
                <td>{each.componentType}</td>
                <td>{each.version}</td>
                <td>
                  <Instant at={each.updatedAt} form="relative" />
                </td>
              </tr>
            ))}
          </Table>
        </Listing>
      </section>
    </Page>
  );
}
