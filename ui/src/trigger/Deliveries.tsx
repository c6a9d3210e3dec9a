import { Link } from "@tanstack/react-router";
import { Ear } from "lucide-react";
import { useState } from "react";
import type { WorkflowSummary } from "../api/types";
import { Button } from "../common/Button";
import { Copy } from "../common/Copy";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Id, Theirs } from "../common/Theirs";
import { lasting } from "../common/time";
import { useMay } from "../frame/whoami";
import { DeliveryDialog } from "./DeliveryDialog";
import { useDeliveries } from "./useDeliveries";

/** How the outcomes of deliveries look. */
const LOOKS: Record<string, string> = { accepted: "success", repeated: "skipped", skipped: "skipped", refused: "failure", answered: "success", heard: "waiting" };
const WORDS: Record<string, string> = { accepted: "Started a run", repeated: "Had come before", skipped: "Passed over", refused: "Refused", answered: "Answered", heard: "Heard" };

/** What came to the webhook, and what became of it. */
export function Deliveries({ workflow }: { workflow: WorkflowSummary }) {
  const mayWrite = useMay("workflows:write");
  const { list, items, listen, isListening, left } = useDeliveries(workflow.id);
  const [open, setOpen] = useState<string>();
  const query = { isPending: list.isPending, isError: list.isError, error: list.error, refetch: list.refetch, items };
  return (
    <div className="stack">
      <div className="row">
        <p className="grow quiet">The last 50 are kept for two weeks, without what holds secrets.</p>
        {mayWrite && !workflow.hasLiveVersion && (
          <Button icon={<Ear size={16} aria-hidden />} busy={listen.isPending} disabled={isListening} onClick={() => listen.mutate()}>
            Listen for ten minutes
          </Button>
        )}
      </div>
      {listen.isError && <ProblemNote error={listen.error} />}
      {isListening && listen.data && (
        <div className="note" role="status">
          <div className="stack grow">
            <p>
              Listening, {lasting(left)} left. Send something to this address: it shows here, and starts nothing. Its signature is not looked at.
            </p>
            <Address url={listen.data.webhookUrl} />
          </div>
        </div>
      )}
      <Listing query={query} empty={<p className="quiet">Nothing came yet. What a sender sends to its address stands here, with the reason where it started nothing.</p>}>
        <Table heads={["Came", "What became of it", "Run", "From", "Size"]} hasActions>
          {items.map((delivery) => (
            <tr key={delivery.id}>
              <td>
                <Instant at={delivery.receivedAt} />
              </td>
              <td>
                <span title={WORDS[delivery.outcome] ?? delivery.outcome}>
                  <Outcome of={delivery.outcome} />
                </span>
                {delivery.reason && (
                  <div className="small quiet">
                    <Theirs clip>{delivery.reason}</Theirs>
                  </div>
                )}
              </td>
              <td>
                {delivery.runId ? (
                  <Link to="/runs/$runId" params={{ runId: delivery.runId }} search={{}}>
                    <Id>{delivery.runId}</Id>
                  </Link>
                ) : (
                  <span className="quiet">none</span>
                )}
              </td>
              <td>
                <Theirs clip>{`${delivery.method} ${delivery.address ?? ""}`}</Theirs>
              </td>
              <td className="number">{delivery.bodyBytes.toLocaleString()} B</td>
              <td>
                <Button aria-label={`Look at delivery ${delivery.id}`} onClick={() => setOpen(delivery.id)}>
                  Look, replay…
                </Button>
              </td>
            </tr>
          ))}
        </Table>
      </Listing>
      {open !== undefined && <DeliveryDialog workflow={workflow} deliveryId={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function Outcome({ of }: { of: string }) {
  const look = LOOKS[of];
  return (
    <span className="row">
      {look && <Status of={look} />} <span className="small quiet">{WORDS[of] ?? of}</span>
    </span>
  );
}

/** An address that holds a secret: shown when somebody wants to see it. */
export function Address({ url }: { url: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <div className="row">
      <code className="theirs grow">{isShown ? url : url.replace(/[^/]+$/, "••••••••")}</code>
      <Button look="plain" onClick={() => setShown(!isShown)}>
        {isShown ? "Hide" : "Show"}
      </Button>
      <Copy text={url} what="the address" />
    </div>
  );
}
