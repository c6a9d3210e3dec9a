import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { useOrder } from "../common/useOrder";

/** The keys that sign access tokens, for those who operate the installation. */
export function TokenKeys() {
  const keys = useQuery({ queryKey: ["token-keys"], queryFn: async () => (await api.get("/v1/token-keys")).items });
  const [isRotating, setRotating] = useState(false);
  const [now, setNow] = useState(false);
  const rotate = useOrder(() => api.post("/v1/token-keys/rotate", { body: { now } }), "Another key signs", () => setRotating(false));
  return (
    <>
      <div className="row body spread">
        <p className="quiet">They sign the tokens of people who are signed in. The private halves are sealed.</p>
        <Button onClick={() => setRotating(true)}>Sign with another key</Button>
      </div>
      <Listing
        query={{ ...keys, items: keys.data ?? [] }}
        empty={
          <Empty title="No key yet">
            <p>The first one is made when somebody signs in for the first time.</p>
          </Empty>
        }
      >
        <Table heads={["Key", "Does", "Since", "Believed until"]}>
          {keys.data?.map((key) => (
            <tr key={key.kid}>
              <td>
                <code className="theirs">{key.kid}</code>
              </td>
              <td>{key.isSigning ? "signs" : key.isBelieved ? "is believed" : <span className="quiet">is not believed</span>}</td>
              <td>
                <Instant at={key.addedAt} />
              </td>
              <td>{key.isSigning ? <span className="quiet">it signs</span> : <Instant at={key.believedUntil} />}</td>
            </tr>
          ))}
        </Table>
      </Listing>
      {isRotating && (
        <OrderDialog title="Sign with another key" verb="Rotate" look={now ? "danger" : "primary"} busy={rotate.isPending} error={rotate.error} onOrder={() => rotate.mutate(undefined)} onClose={() => setRotating(false)}>
          <p>The key before is believed until its last token is over, some ten minutes. Nobody notices.</p>
          <label className="row">
            <input type="checkbox" checked={now} onChange={(event) => setNow(event.target.checked)} />
            Believe nothing that was signed before, from now on: for the day on which a key was stolen
          </label>
        </OrderDialog>
      )}
    </>
  );
}
