import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { failed } from "../common/toasts";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { WorkflowOptions } from "../workflows/WorkflowOptions";
import { Amount } from "./Amount";
import type { Floor } from "./types";
import { asWhole, fromUnits, inUnits } from "./units";
import { nameOf, useChains } from "./useChains";

/** How much a wallet should have on each chain, and who gets more when it cannot pay. */
export function Floors({ walletId }: { walletId: string }) {
  const may = useMay("wallets:manage");
  const [editing, setEditing] = useState<Floor | "new">();
  const floors = useQuery({ queryKey: ["floors", walletId], queryFn: () => api.get("/v1/wallets/{id}/floors", { params: { path: { id: walletId } } }), refetchInterval: 30_000 });
  const remove = useOrder((chain: string) => api.delete("/v1/wallets/{id}/floors/{chain}", { params: { path: { id: walletId, chain } } }), "It is held to nothing there any more");
  const { chainOf } = useChains();
  const { nameOf: workflowName } = useWorkflowNames();
  return (
    <section className="panel" aria-label="Floors">
      <header>
        <h2 className="grow">Should have</h2>
        {may && <Button onClick={() => setEditing("new")}>Set a floor</Button>}
      </header>
      <Listing
        query={{ ...floors, items: floors.data?.items ?? [] }}
        empty={
          <Empty title="It is held to nothing">
            <p>A floor says how much of a chain’s coin it should have. Below it an event is published, readiness fails, and a workflow may get more when the wallet cannot pay.</p>
          </Empty>
        }
      >
        <Table heads={["Chain", "Floor", "Stands", "Who gets more", "Set"]} hasActions>
          {floors.data?.items.map((floor) => {
            const chain = chainOf(floor.chainId);
            return (
              <tr key={floor.chainId}>
                <td>{nameOf(chain, floor.chainId)}</td>
                <td>
                  <Amount of={asWhole(floor.floor)} symbol={chain?.symbol} decimals={18} />
                </td>
                <td>
                  {floor.isLow ? <span className="tone-wait">less than that</span> : <span className="tone-good">enough</span>}
                  {floor.balance && (
                    <div className="small quiet">
                      <Amount of={asWhole(floor.balance)} symbol={chain?.symbol} decimals={18} />, <Instant at={floor.crossedAt} />
                    </div>
                  )}
                </td>
                <td>{floor.topUp ? <Theirs clip>{workflowName(floor.topUp.workflowId) ?? floor.topUp.workflowId}</Theirs> : <span className="quiet">nobody</span>}</td>
                <td>
                  <Instant at={floor.setAt} />
                </td>
                <td>
                  {may && (
                    <div className="row">
                      <Button onClick={() => setEditing(floor)}>Change</Button>
                      <Button onClick={() => remove.mutate(floor.chain, { onError: failed })}>Remove</Button>
                    </div>
                  )}
                </td>
              </tr>
            );
          })}
        </Table>
      </Listing>
      {editing && <FloorDialog walletId={walletId} floor={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </section>
  );
}

function FloorDialog({ walletId, floor, onClose }: { walletId: string; floor: Floor | undefined; onClose: () => void }) {
  const { list } = useChains();
  const { list: workflows } = useWorkflowNames();
  const [chain, setChain] = useState(floor?.chain ?? "");
  const [amount, setAmount] = useState(floor ? inUnits(BigInt(floor.floor), 18).replaceAll(",", "") : "");
  const [workflow, setWorkflow] = useState(floor?.topUp?.workflowId ?? "");
  const chosen = chain || (list[0]?.slug ?? "");
  const least = fromUnits(amount, 18);
  const set = useOrder(
    () =>
      api.put("/v1/wallets/{id}/floors/{chain}", {
        params: { path: { id: walletId, chain: chosen } },
        body: { floor: least ?? "0", ...(workflow && { topUp: { workflowId: workflow, ...(floor?.topUp?.timeoutMs && { timeoutMs: floor.topUp.timeoutMs }) } }) },
      }),
    "The floor is set",
    onClose,
  );
  return (
    <OrderDialog title="How much it should have" verb="Set the floor" busy={set.isPending} error={set.error} disabled={least === undefined} onOrder={() => set.mutate(undefined)} onClose={onClose}>
      <Field label="Chain" isRequired>
        {(control) => (
          <select {...control} className="input" value={chosen} disabled={floor !== undefined} onChange={(event) => setChain(event.target.value)}>
            {list.map((one) => (
              <option key={one.slug} value={one.slug}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={`At least, in ${list.find(({ slug }) => slug === chosen)?.symbol ?? "coins"}`} isRequired faults={amount !== "" && least === undefined ? ["Write an amount as 0.05, with at most 18 digits behind the point."] : []}>
        {(control) => <input {...control} className="input" inputMode="decimal" value={amount} onChange={(event) => setAmount(event.target.value)} />}
      </Field>
      <Field label="Who gets more" hint="A live workflow that is started when the wallet cannot pay. Without one, a floor only says so.">
        {(control) => (
          <select {...control} className="input" value={workflow} onChange={(event) => setWorkflow(event.target.value)}>
            <option value="">Nobody</option>
            <WorkflowOptions of={workflows} />
          </select>
        )}
      </Field>
    </OrderDialog>
  );
}
