import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { counted } from "../common/units";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";

type Chain = Data<"/v1/chains">["items"][number];
type Endpoint = { host: string; state: string; head?: number | null };

/** Through what each chain is read. */
export function ChainEndpoints() {
  const may = useMay("connectors:write");
  const [opened, setOpened] = useState<Chain>();
  const chains = useQuery({ queryKey: ["chains", "endpoints"], queryFn: async () => (await api.get("/v1/chains")).items, refetchInterval: 15_000 });
  if (chains.isPending) return <Loading lines={3} />;
  if (chains.isError) return <ProblemNote error={chains.error} onRetry={() => void chains.refetch()} />;
  return (
    <section className="panel" aria-label="Endpoints of chains">
      <header>
        <h2>Endpoints of chains</h2>
      </header>
      <Table heads={["Chain", "Named by", "Endpoints"]} hasActions>
        {chains.data.map((chain) => (
          <tr key={chain.chainId}>
            <td>
              <Theirs>{chain.name}</Theirs> <span className="small quiet">{chain.chainId}</span>
            </td>
            <td>{chain.endpointsFrom}</td>
            <td>
              {((chain.endpoints ?? []) as Endpoint[]).length === 0 && counted(chain.endpointCount, "endpoint")}
              <ul className="stack small">
                {((chain.endpoints ?? []) as Endpoint[]).map((endpoint) => (
                  <li key={endpoint.host} className="row">
                    <Status of={endpoint.state} />
                    <Theirs>{endpoint.host}</Theirs>
                    {endpoint.head !== null && endpoint.head !== undefined && <span className="quiet">block {endpoint.head.toLocaleString()}</span>}
                  </li>
                ))}
              </ul>
            </td>
            <td>{chain.endpointsFrom === "organization" && <Button onClick={() => setOpened(chain)}>{may ? "State and resume…" : "State…"}</Button>}</td>
          </tr>
        ))}
      </Table>
      {opened && <OwnDialog chain={opened} onClose={() => setOpened(undefined)} />}
    </section>
  );
}

/** The organization's own endpoints of a chain, and how far it was followed through them. */
function OwnDialog({ chain, onClose }: { chain: Chain; onClose: () => void }) {
  const path = { chain: String(chain.chainId) };
  const own = useQuery({ queryKey: ["chain-endpoints", chain.chainId], queryFn: () => api.get("/v1/chains/{chain}/endpoints", { params: { path } }) });
  const watch = own.data?.watch;
  const [from, setFrom] = useState("");
  const block = from || String((watch?.cursor ?? 0) + 1);
  const resume = useOrder(() => api.post("/v1/chains/{chain}/endpoints/resume", { params: { path }, body: { from: Number(block) } }), "The chain is followed again", onClose);
  return (
    <OrderDialog title={`${chain.name} through your endpoints`} verb="Resume" busy={resume.isPending} error={resume.error ?? own.error} disabled={!watch?.halted || !/^\d+$/.test(block)} onOrder={() => resume.mutate(undefined)} onClose={onClose}>
      {own.isPending && <Loading lines={2} />}
      <ul className="stack">
        {own.data?.endpoints.map((endpoint) => (
          <li key={endpoint.url} className="row">
            <Status of={endpoint.state} />
            <Theirs>{endpoint.url}</Theirs>
            {endpoint.head !== null && endpoint.head !== undefined && <span className="small quiet">block {endpoint.head.toLocaleString()}</span>}
          </li>
        ))}
      </ul>
      {watch ? (
        <p>
          Read up to block {watch.cursor.toLocaleString()}, {watch.lag.toLocaleString()} behind. {watch.halted ? <span className="tone-bad">Halted: {watch.halted}</span> : "Nothing holds it up."}
        </p>
      ) : (
        own.data && <p className="quiet">No live trigger has been watched through them yet.</p>
      )}
      {watch?.halted && <Field label="From block">{(control) => <input {...control} className="input" inputMode="numeric" value={block} onChange={(event) => setFrom(event.target.value.trim())} />}</Field>}
    </OrderDialog>
  );
}
