import "./admin.css";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import type { Data } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { failed } from "../common/toasts";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { Tabs } from "../common/Tabs";
import { usePeople } from "../frame/usePeople";
import { MEMBER_TABS } from "./adminViews";
import { Roles } from "./Roles";
import { Secret } from "./Secret";
import { useRoles } from "./useRoles";
import { Users } from "./Users";

type Member = Data<"/v1/organization/members">["items"][number];

/** Who belongs to the organization and may do what, who was asked to, and who has an account at all. */
export function MembersPage() {
  const may = useMay("members:manage");
  const operates = useMay("installation:manage");
  const { tab = "members" } = useSearch({ from: "/members" });
  const navigate = useNavigate();
  const [isInviting, setInviting] = useState(false);
  const tabs = MEMBER_TABS.filter(([name]) => name !== "users" || operates);
  return (
    <Page
      title="Members and roles"
      lead="A member may do what the role says, in this organization."
      actions={
        may && (
          <Button look="primary" icon={<UserPlus size={16} aria-hidden />} onClick={() => setInviting(true)}>
            Invite
          </Button>
        )
      }
    >
      <section className="panel" aria-label="Members and roles">
        <Tabs panel="members-room" tabs={tabs} shown={tab} onShow={(name) => void navigate({ to: "/members", search: name === "members" ? {} : { tab: name }, replace: true })} />
        <div role="tabpanel" id="members-room" aria-labelledby={`tab-${tab}`}>
          {tab === "members" && <Members may={may} />}
          {tab === "invitations" && <Invitations may={may} />}
          {tab === "roles" && <Roles may={may} />}
          {tab === "users" && <Users />}
        </div>
      </section>
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Page>
  );
}

function Members({ may }: { may: boolean }) {
  const members = usePages(["members"], (cursor) => api.get("/v1/organization/members", { params: { query: { limit: 50, ...(cursor && { cursor }) } } }));
  return (
    <Listing
      query={members}
      empty={
        <Empty title="Nobody yet">
          <p>Whoever holds the admin key is no member. Invite somebody: they register with the token of the invitation.</p>
        </Empty>
      }
    >
      <Table heads={["Member", "Role", "Since"]} hasActions>
        {members.items.map((member) => (
          <MemberRow key={member.userId} member={member} may={may} />
        ))}
      </Table>
    </Listing>
  );
}

function MemberRow({ member, may }: { member: Member; may: boolean }) {
  const roles = useRoles();
  const nameOf = usePeople();
  const [isRemoving, setRemoving] = useState(false);
  const path = { params: { path: { userId: member.userId } } };
  const change = useOrder((role: string) => api.put("/v1/organization/members/{userId}", { ...path, body: { role } }), "The role is changed");
  const remove = useOrder(() => api.delete("/v1/organization/members/{userId}", path), "Removed", () => setRemoving(false));
  return (
    <tr>
      <td>
        {nameOf(member.userId) && <Theirs clip>{nameOf(member.userId) ?? ""}</Theirs>}
        <div className={nameOf(member.userId) ? "small quiet" : undefined}>
          <code className="theirs">{member.userId}</code>
        </div>
      </td>
      <td>
        {may ? (
          <select className="input choose" aria-label={`Role of ${member.userId}`} value={member.role} disabled={change.isPending} onChange={(event) => change.mutate(event.target.value, { onError: failed })}>
            {!roles.data?.some(({ id }) => id === member.role) && <option value={member.role}>{member.roleName}</option>}
            {roles.data?.map((role) => (
              <option key={role.id} value={role.id}>
                {role.name}
              </option>
            ))}
          </select>
        ) : (
          <Theirs>{member.roleName}</Theirs>
        )}
      </td>
      <td>
        <Instant at={member.since} />
      </td>
      <td>
        {may && <Button onClick={() => setRemoving(true)}>Remove…</Button>}
        {isRemoving && (
          <OrderDialog title="Remove this member" verb="Remove" look="danger" busy={remove.isPending} error={remove.error} onOrder={() => remove.mutate(undefined)} onClose={() => setRemoving(false)}>
            <p>They are out at once, on every server, and their keys open nothing any more. What they did stays on the ledger.</p>
          </OrderDialog>
        )}
      </td>
    </tr>
  );
}

function Invitations({ may }: { may: boolean }) {
  const invitations = usePages(["invitations"], (cursor) => api.get("/v1/organization/invitations", { params: { query: { limit: 50, ...(cursor && { cursor }) } } }));
  const revoke = useOrder((id: string) => api.delete("/v1/organization/invitations/{id}", { params: { path: { id } } }), "The invitation is void");
  return (
    <Listing query={invitations} empty={
        <Empty title="Nobody was asked">
          <p>An invitation is a token for one address. It is good once, for a week; Chainkeel sends no mail, so hand it on yourself.</p>
        </Empty>
      }>
        <Table heads={["Email address", "Role", "Expires"]} hasActions>
          {invitations.items.map((invitation) => (
            <tr key={invitation.id}>
              <td>
                <Theirs>{invitation.email}</Theirs>
              </td>
              <td>
                <Theirs>{invitation.roleName}</Theirs>
              </td>
              <td>
                <Instant at={invitation.expiresAt} />
              </td>
              <td>{may && <Button onClick={() => revoke.mutate(invitation.id, { onError: failed })}>Revoke</Button>}</td>
            </tr>
          ))}
        </Table>
      </Listing>
  );
}

function InviteDialog({ onClose }: { onClose: () => void }) {
  const roles = useRoles();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("viewer");
  const invite = useOrder(() => api.post("/v1/organization/invitations", { body: { email: email.trim(), role } }));
  if (invite.data) {
    return (
      <Secret title="The invitation" secret={invite.data.token} onClose={onClose}>
        Chainkeel sends no mail: hand this on to <Theirs>{email}</Theirs>. Whoever has it can have the account of that address.
      </Secret>
    );
  }
  return (
    <OrderDialog title="Invite somebody" verb="Invite" busy={invite.isPending} error={invite.error} onOrder={() => invite.mutate(undefined)} onClose={onClose}>
      <Field label="Email address" isRequired>
        {(control) => <input {...control} className="input" type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />}
      </Field>
      <Field label="Role" hint={roles.data?.find(({ id }) => id === role)?.permissions.join(", ")}>
        {(control) => (
          <select {...control} className="input" value={role} onChange={(event) => setRole(event.target.value)}>
            {roles.data?.map((known) => (
              <option key={known.id} value={known.id}>
                {known.name}
              </option>
            ))}
          </select>
        )}
      </Field>
    </OrderDialog>
  );
}
