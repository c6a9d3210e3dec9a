import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client";
import { signedOut } from "../api/session";
import { Button } from "../common/Button";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { failed } from "../common/toasts";
import { useOrder } from "../common/useOrder";

/** Where one is signed in. */
export function Sessions() {
  const sessions = useQuery({ queryKey: ["sessions"], queryFn: async () => (await api.get("/v1/auth/sessions")).items });
  const queries = useQueryClient();
  const end = useOrder((id: string) => api.delete("/v1/auth/sessions/{id}", { params: { path: { id } } }), "That session is over");
  const leave = useOrder(
    () => api.post("/v1/auth/logout", { body: { everywhere: true } }),
    "Every session is over",
    () => {
      queries.clear();
      signedOut();
    },
  );
  return (
    <section className="panel" aria-label="Sessions">
      <header>
        <h2 className="grow">Where you are signed in</h2>
        <Button busy={leave.isPending} onClick={() => leave.mutate(undefined, { onError: failed })}>
          Sign out everywhere
        </Button>
      </header>
      <Listing query={{ ...sessions, items: sessions.data ?? [] }} empty={<Empty title="No session">{null}</Empty>}>
        <Table heads={["From", "Program", "Began", "Last used", "Ends"]} hasActions>
          {sessions.data?.map((session, at) => (
            <tr key={session.id ?? at}>
              <td>
                <Theirs>{session.from}</Theirs> {session.isCurrent && <span className="chip">this one</span>}
              </td>
              <td className="small">
                <Theirs clip>{session.agent ?? "not said"}</Theirs>
              </td>
              <td>
                <Instant at={session.openedAt} />
              </td>
              <td>
                <Instant at={session.refreshedAt} form="relative" />
              </td>
              <td>
                <Instant at={session.expiresAt} />
              </td>
              <td>
                {session.id && !session.isCurrent && (
                  <Button busy={end.isPending && end.variables === session.id} onClick={() => session.id && end.mutate(session.id, { onError: failed })}>
                    End it
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </Table>
      </Listing>
    </section>
  );
}
