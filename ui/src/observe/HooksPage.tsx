import "./observe.css";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { Command } from "../common/Copy";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { HookDialog } from "./HookDialog";

export type Hook = Data<"/v1/execution-webhooks">["items"][number];

/** The endpoints of the outside that are told what happens in runs. */
export function HooksPage() {
  const may = useMay("events:manage");
  const [isMaking, setMaking] = useState(false);
  const hooks = usePages(["hooks"], (cursor) => api.get("/v1/execution-webhooks", { params: { query: { limit: 100, ...(cursor && { cursor }) } } }));
  return (
    <Page
      title="Hooks"
      lead="Endpoints of the outside that are told what happens in runs: signed, at least once, in the order of each run."
      actions={
        may && (
          <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setMaking(true)}>
            New hook
          </Button>
        )
      }
    >
      <section className="panel" aria-label="Hooks">
        <Listing
          query={hooks}
          empty={
            <Empty title="Nobody is told yet">
              <p>A hook tells a backend that a run ended, or rings an alarm when a node failed. Make one above, or by the command line:</p>
              <Command>chainkeel hook create billing https://example.com/hooks --event run.completed --event run.failed</Command>
            </Empty>
          }
        >
          <Table heads={["Hook", "State", "Told of", "Tries", "Changed"]} hasActions>
            {hooks.items.map((hook) => (
              <HookRow key={hook.id} hook={hook} may={may} />
            ))}
          </Table>
        </Listing>
      </section>
      {isMaking && <HookDialog hook={undefined} onClose={() => setMaking(false)} />}
    </Page>
  );
}

function HookRow({ hook, may }: { hook: Hook; may: boolean }) {
  const toggle = useToggle(hook);
  return (
    <tr>
      <td>
        <Link to="/hooks/$hookId" params={{ hookId: hook.id }} search={{}}>
          <Theirs clip>{hook.name}</Theirs>
        </Link>
        <div className="small quiet">
          <Theirs clip>{hook.url}</Theirs>
        </div>
      </td>
      <td>
        <Status of={hook.enabled ? "enabled" : "disabled"} />
        {hook.disabledReason === "gone" && <div className="small tone-bad">its endpoint said that it is gone</div>}
      </td>
      <td className="small">
        <Theirs>{hook.subscribedEventTypes.join(", ")}</Theirs>
        <div className="quiet">{hook.workflowIds.length === 0 ? "of every workflow" : `of ${hook.workflowIds.length} workflows`}</div>
      </td>
      <td>{(hook.maxRetries + 1).toLocaleString()}</td>
      <td>
        <Instant at={hook.updatedAt} />
      </td>
      <td>
        {may && (
          <Button busy={toggle.isPending} onClick={() => toggle.mutate(undefined)}>
            {hook.enabled ? "Disable" : "Enable"}
          </Button>
        )}
      </td>
    </tr>
  );
}

export function useToggle(hook: Pick<Hook, "id" | "enabled">) {
  const path = { params: { path: { id: hook.id } } };
  return useOrder(
    () => (hook.enabled ? api.post("/v1/execution-webhooks/{id}/disable", path) : api.post("/v1/execution-webhooks/{id}/enable", path)),
    hook.enabled ? "It is told nothing until it is enabled" : "It is told again, from here on",
  );
}
