import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
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
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { useMay } from "../frame/whoami";
import { Address } from "./Address";
import { Amount } from "./Amount";
import type { PaidEndpoint } from "./types";
import { asWhole } from "./units";

/** The endpoints of the outside that are paid by request. */
export function PaidEndpoints() {
  const may = useMay("wallets:manage");
  const [isAdding, setAdding] = useState(false);
  const list = usePages(["paid-endpoints"], (cursor) => api.get("/v1/x402-endpoints", { params: { query: { limit: 50, ...(cursor && { cursor }) } } }));
  return (
    <>
      {may && (
        <div className="row body">
          <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>
            Try an endpoint
          </Button>
        </div>
      )}
      <Listing
        query={list}
        empty={
          <Empty title="No endpoint is paid">
            <p>An endpoint that speaks x402 answers 402 with a price. It is tried first, within a bound; then it is taken up, and is never paid more than you allow, in another token, or for somebody else.</p>
          </Empty>
        }
      >
        <Table heads={["Endpoint", "Price", "Paid to", "Calls", "Last"]} hasActions>
          {list.items.map((one) => (
            <EndpointRow key={one.id} one={one} may={may} />
          ))}
        </Table>
      </Listing>
      {isAdding && <TryDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function EndpointRow({ one, may }: { one: PaidEndpoint; may: boolean }) {
  const [isRemoving, setRemoving] = useState(false);
  const remove = useOrder(() => api.delete("/v1/x402-endpoints/{id}", { params: { path: { id: one.id } } }), "It is paid no more", () => setRemoving(false));
  return (
    <tr>
      <td>
        <Theirs clip>{one.name}</Theirs>
        <div className="small">
          <code className="theirs">
            {one.method} {one.baseUrl}
          </code>
        </div>
      </td>
      <td>
        <Amount of={asWhole(one.price)} symbol={one.tokenSymbol} decimals={one.tokenDecimals} />
        <div className="small quiet">
          at most <Amount of={asWhole(one.maxAllowedPrice)} symbol={one.tokenSymbol} decimals={one.tokenDecimals} />
        </div>
      </td>
      <td>
        <Address of={one.payTo} />
        <div className="small quiet">{one.network}</div>
      </td>
      <td>
        {one.stats.totalCalls.toLocaleString()}
        {one.stats.failureCount > 0 && <div className="small tone-bad">{one.stats.failureCount.toLocaleString()} came to nothing</div>}
      </td>
      <td>
        <Instant at={one.stats.lastCalledAt} form="relative" />
        {one.stats.lastError && (
          <div className="small tone-bad">
            <Theirs clip>{one.stats.lastError}</Theirs>
          </div>
        )}
      </td>
      <td>
        {may && <Button onClick={() => setRemoving(true)}>Remove…</Button>}
        {isRemoving && (
          <OrderDialog title="Pay this endpoint no more" verb="Remove" look="danger" busy={remove.isPending} error={remove.error} onOrder={() => remove.mutate(undefined)} onClose={() => setRemoving(false)}>
            <p>Nodes that name it fail from now on. What was paid stays in the list.</p>
          </OrderDialog>
        )}
      </td>
    </tr>
  );
}

/** Looks at what an endpoint asks, pays it once within a bound, and takes it up. */
function TryDialog({ onClose }: { onClose: () => void }) {
  const [url, setUrl] = useState("");
  const [name, setName] = useState("");
  const probe = useMutation({ mutationFn: () => api.post("/v1/x402-endpoints/probe", { body: { url: url.trim() } }) });
  const [chosen, setChosen] = useState(0);
  const offer = probe.data?.offers[chosen];
  const take = useOrder(
    async () => {
      if (!offer) return;
      const { network, tokenAddress, price, payTo } = offer;
      await api.post("/v1/x402-endpoints/test", { body: { url: url.trim(), network, tokenAddress, maxPrice: price } });
      await api.post("/v1/x402-endpoints", { body: { name: name.trim(), baseUrl: url.trim(), network, tokenAddress, price, payTo } });
    },
    "It answered, was paid, and is taken up",
    onClose,
  );
  const isSeen = probe.data !== undefined;
  return (
    <OrderDialog
      wide
      title="Try an endpoint"
      verb={isSeen ? "Pay it once and take it up" : "See what it asks"}
      busy={probe.isPending || take.isPending}
      error={isSeen ? take.error : probe.error}
      disabled={isSeen ? !offer || name.trim() === "" : url.trim() === ""}
      onOrder={() => (isSeen ? take.mutate(undefined) : probe.mutate())}
      onClose={onClose}
    >
      <Field label="URL" hint="Without a query. It is asked by GET." isRequired>
        {(control) => (
          <input
            {...control}
            className="input code"
            type="url"
            value={url}
            onChange={(event) => {
              setUrl(event.target.value);
              probe.reset();
            }}
          />
        )}
      </Field>
      {probe.data && probe.data.offers.length === 0 && (
        <div className="note wait">
          <div>
            {probe.data.paymentRequired ? "It asks for something that cannot be paid here." : `It answers ${probe.data.status}, and asks for nothing.`}
            <ul>
              {probe.data.problems.map((one) => (
                <li key={one}>
                  <Theirs>{one}</Theirs>
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {probe.data && probe.data.offers.length > 0 && (
        <>
          <fieldset className="stack">
            <legend>It asks for one of these</legend>
            {probe.data.offers.map((one, at) => (
              <label key={at} className="row">
                <input type="radio" name="offer" checked={chosen === at} onChange={() => setChosen(at)} />
                <Amount of={asWhole(one.price)} decimals={undefined} /> <Theirs>{one.tokenName}</Theirs> on {one.network}, to <Address of={one.payTo} />
              </label>
            ))}
          </fieldset>
          <Field label="Name" isRequired>
            {(control) => <input {...control} className="input" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <p className="quiet">One request is made and paid for, by the default wallet and within the policies, before it is taken up.</p>
        </>
      )}
    </OrderDialog>
  );
}
