import { UserPlus } from "lucide-react";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { SearchBox } from "../common/SearchBox";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { failed } from "../common/toasts";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { Secret } from "./Secret";

type User = Data<"/v1/users">["items"][number];

/** Who has an account in this installation, for those who operate it. */
export function Users() {
  const [search, setSearch] = useState("");
  const [isMaking, setMaking] = useState(false);
  const users = usePages(["users", search], (cursor) => api.get("/v1/users", { params: { query: { limit: 50, ...(search && { search }), ...(cursor && { cursor }) } } }));
  return (
    <>
      <div className="row body">
        <SearchBox value={search} onChange={setSearch} label="Address or name" />
        <Button look="primary" icon={<UserPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
          Register somebody
        </Button>
      </div>
      <Listing
        query={users}
        empty={
          <Empty title={search ? "Nobody fits" : "Nobody has an account"}>
            <p>People get one by an invitation into an organization, or are registered here: they choose their password with the token that you hand on.</p>
          </Empty>
        }
      >
        <Table heads={["Who", "Stands", "Second factor", "Registered", "Last in"]} hasActions>
          {users.items.map((user) => (
            <UserRow key={user.id} user={user} />
          ))}
        </Table>
      </Listing>
      {isMaking && <RegisterDialog onClose={() => setMaking(false)} />}
    </>
  );
}

function UserRow({ user }: { user: User }) {
  const [open, setOpen] = useState<"suspend" | "reset">();
  const [reason, setReason] = useState("");
  const path = { params: { path: { id: user.id } } };
  const suspend = useOrder(() => api.post("/v1/users/{id}/suspend", { ...path, body: reason.trim() ? { reason: reason.trim() } : {} }), "They are let in no more", () => setOpen(undefined));
  const restore = useOrder(() => api.post("/v1/users/{id}/restore", path), "They are let in again");
  return (
    <tr>
      <td>
        <Theirs clip>{user.name ?? user.email}</Theirs>
        {user.name && (
          <div className="small quiet">
            <Theirs>{user.email}</Theirs>
          </div>
        )}
      </td>
      <td>
        {user.isSuspended ? <span className="tone-bad">suspended</span> : user.lockedUntil && Date.parse(user.lockedUntil) > Date.now() ? <Status of="waiting" /> : user.hasPassword ? <Status of="active" /> : <span className="quiet">no password yet</span>}
      </td>
      <td>{user.hasSecondFactor ? "asked for" : <span className="quiet">none</span>}</td>
      <td>
        <Instant at={user.registeredAt} />
      </td>
      <td>
        <Instant at={user.loggedInAt} form="relative" />
      </td>
      <td>
        <div className="row">
          <Button onClick={() => setOpen("reset")}>Reset…</Button>
          {user.isSuspended ? (
            <Button busy={restore.isPending} onClick={() => restore.mutate(undefined, { onError: failed })}>
              Let in again
            </Button>
          ) : (
            <Button onClick={() => setOpen("suspend")}>Suspend…</Button>
          )}
        </div>
        {open === "suspend" && (
          <OrderDialog title="Suspend this user" verb="Suspend" look="danger" busy={suspend.isPending} error={suspend.error} onOrder={() => suspend.mutate(undefined)} onClose={() => setOpen(undefined)}>
            <p>
              Every session of <Theirs>{user.email}</Theirs> is over with that, on every server.
            </p>
            <Field label="Why" hint="An auditor will read it.">
              {(control) => <textarea {...control} className="input" maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />}
            </Field>
          </OrderDialog>
        )}
        {open === "reset" && <ResetDialog user={user} onClose={() => setOpen(undefined)} />}
      </td>
    </tr>
  );
}

function ResetDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const reset = useOrder(() => api.post("/v1/users/{id}/reset", { params: { path: { id: user.id } } }));
  if (reset.data) return <ResetToken token={reset.data.resetToken} email={user.email} onClose={onClose} />;
  return (
    <OrderDialog title="Let them choose another password" verb="Make the token" busy={reset.isPending} error={reset.error} onOrder={() => reset.mutate(undefined)} onClose={onClose}>
      <p>Tokens from before open nothing any more. The password stays good until they have chosen another one. A second factor stays, too.</p>
    </OrderDialog>
  );
}

function ResetToken({ token, email, onClose }: { token: string | null | undefined; email: string; onClose: () => void }) {
  return (
    <Secret title="The reset token" secret={token} onClose={onClose}>
      Hand it on to <Theirs>{email}</Theirs>: with it they choose their password (chainkeel user set-password), once, within a day.
    </Secret>
  );
}

function RegisterDialog({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const make = useOrder(() => api.post("/v1/users", { body: { email: email.trim(), ...(name.trim() && { name: name.trim() }) } }));
  if (make.data) return <ResetToken token={make.data.resetToken} email={email} onClose={onClose} />;
  return (
    <OrderDialog title="Register somebody" verb="Register" busy={make.isPending} error={make.error} onOrder={() => make.mutate(undefined)} onClose={onClose}>
      <Field label="Email address" isRequired>
        {(control) => <input {...control} className="input" type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />}
      </Field>
      <Field label="Name">{(control) => <input {...control} className="input" value={name} onChange={(event) => setName(event.target.value)} />}</Field>
    </OrderDialog>
  );
}
