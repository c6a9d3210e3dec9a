import "./observe.css";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import type { Projection } from "../api/types";
import { Command } from "../common/Copy";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { Wide } from "../common/Wide";
import { Page } from "../frame/Page";

/** The views, how far behind the ledger each is, and how far a rebuild has come. */
export function ProjectionsPage() {
  const views = useQuery({ queryKey: ["projections"], queryFn: async () => (await api.get("/v1/projections")).items, refetchInterval: 2_000 });
  const items = views.data ?? [];
  return (
    <Page title="Projections" lead="Views built from the ledger. Each can be thrown away and built anew while the system runs; readers go on with the one before.">
      <section className="panel" aria-label="Projections">
        <Listing
          query={{ ...views, items }}
          empty={
            <Empty title="No view is built here">
              <p>A process with the role projector builds them.</p>
            </Empty>
          }
        >
          <Wide>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">View</th>
                  <th scope="col">State</th>
                  <th scope="col">How far</th>
                  <th scope="col" className="number">
                    Behind by
                  </th>
                  <th scope="col">Begun</th>
                  <th scope="col">Live since</th>
                </tr>
              </thead>
              <tbody>
                {items.map((view) => (
                  <View key={`${view.name}/${view.version}/${view.schema}`} view={view} />
                ))}
              </tbody>
            </table>
          </Wide>
        </Listing>
      </section>
      <div className="stack">
        <p className="quiet">To build a view anew, beside the one that is read:</p>
        <Command>chainkeel projections rebuild run_history</Command>
      </div>
    </Page>
  );
}

function View({ view }: { view: Projection }) {
  const head = view.position + view.lag;
  const share = head === 0 ? 1 : view.position / head;
  // Rounding up would say that all is done while some is not.
  const percent = view.lag === 0 ? 100 : Math.min(99.9, Math.floor(share * 1000) / 10);
  return (
    <>
      <tr>
        <td>
          <Theirs>{view.name}</Theirs> <span className="small quiet">v{view.version}</span>
        </td>
        <td>
          <Status of={view.state} />
        </td>
        <td className="progress">
          <div className="bar" role="progressbar" aria-label={`${view.name}, version ${view.version}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
            <span style={{ width: `${percent}%` }} />
          </div>
          <span className="small quiet">
            {percent} % · position {view.position.toLocaleString()} of {head.toLocaleString()}
          </span>
        </td>
        <td className="number">{view.lag.toLocaleString()}</td>
        <td>
          <Instant at={view.createdAt} />
        </td>
        <td>
          <Instant at={view.wentLiveAt} />
        </td>
      </tr>
      {view.parkedReason && (
        <tr>
          <td colSpan={6}>
            <span className="tone-bad">
              Parked at {view.parkedPosition?.toLocaleString()}: <Theirs>{view.parkedReason}</Theirs>
            </span>
          </td>
        </tr>
      )}
    </>
  );
}
