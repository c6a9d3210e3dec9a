import { ExternalLink } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { Instant } from "../common/Instant";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import type { Connector } from "./ConnectorPage";

/**
 * Access by OAuth. The provider is opened in a tab of its own by a link, not a popup: it sends whoever grants access back
 * to the server, which answers there, while this page looks on and says what was granted.
 */
export function Access({ connector }: { connector: Connector }) {
  const may = useMay("connectors:write");
  const [before, setBefore] = useState<number>();
  const start = useOrder(
    () => api.post("/v1/connectors/oauth/start", { body: { connectorId: connector.id } }),
    undefined,
    () => setBefore(Date.now()),
  );
  const scopes = (connector.scopes ?? "").split(/[\s,]+/).filter(Boolean);
  const isGranted = connector.status === "connected";
  const address = start.data?.authorizationUrl;
  const canOpen = address !== undefined && /^https?:\/\//.test(address);
  const isNewlyGranted = before !== undefined && isGranted && Date.parse(connector.updatedAt) >= before - 60_000;
  return (
    <section className={isGranted ? "note" : "note wait"} aria-label="Access">
      <div className="stack grow">
        <h2>{isNewlyGranted ? "Access is granted" : isGranted ? "What was granted" : connector.status === "expired" ? "Access has ended" : "Access is not granted yet"}</h2>
        {scopes.length > 0 ? (
          <ul className="row">
            {scopes.map((scope) => (
              <li key={scope} className="chip">
                <Theirs>{scope}</Theirs>
              </li>
            ))}
          </ul>
        ) : (
          isGranted && <p className="quiet">The provider does not say to what.</p>
        )}
        {!isGranted && !address && <p>Somebody with an account at the provider grants access there. Access is renewed by itself from then on.</p>}
        {canOpen && !isNewlyGranted && (
          <>
            <p role="status">
              Grant access in the tab that opens, and come back: this page shows what came of it. The address counts once, until <Instant at={start.data?.expiresAt} />.
            </p>
            <div>
              <a className="button primary" href={address} target="_blank" rel="noreferrer noopener">
                <ExternalLink size={16} aria-hidden />
                Open the provider
              </a>
            </div>
          </>
        )}
        {start.isError && <ProblemNote error={start.error} />}
        {may && (
          <div>
            <Button busy={start.isPending} onClick={() => start.mutate(undefined)}>
              {address ? "Begin anew" : isGranted ? "Grant access anew" : "Grant access"}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}
