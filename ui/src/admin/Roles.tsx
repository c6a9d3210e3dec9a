import { Plus } from "lucide-react";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { Dialog, OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { RightsGrid } from "./RightsGrid";
import { useGivable, useRoles } from "./useRoles";

type Role = Data<"/v1/organization/roles">["items"][number];

/** The roles: those that every organization has, and its own. */
export function Roles({ may }: { may: boolean }) {
  const roles = useRoles();
  const [open, setOpen] = useState<{ role: Role | undefined; what: "edit" | "look" | "remove" }>();
  const close = () => setOpen(undefined);
  const role = open?.role;
  return (
    <>
      {may && (
        <div className="row body">
          <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setOpen({ role: undefined, what: "edit" })}>
            New role
          </Button>
        </div>
      )}
      <Listing query={{ ...roles, items: roles.data ?? [] }} empty={<Empty title="No roles">{null}</Empty>}>
        <Table heads={["Role", "Members", "May"]} hasActions>
          {roles.data?.map((one) => (
            <tr key={one.id}>
              <td>
                <Theirs clip>{one.name}</Theirs>
                <div className="small quiet">{one.isBuiltIn ? "every organization has it" : "of your own"}</div>
              </td>
              <td>{one.members.toLocaleString()}</td>
              <td>{one.permissions.length} things</td>
              <td>
                <div className="row">
                  <Button onClick={() => setOpen({ role: one, what: "look" })}>What it may</Button>
                  {may && !one.isBuiltIn && <Button onClick={() => setOpen({ role: one, what: "edit" })}>Change</Button>}
                  {may && !one.isBuiltIn && <Button onClick={() => setOpen({ role: one, what: "remove" })}>Remove…</Button>}
                </div>
              </td>
            </tr>
          ))}
        </Table>
      </Listing>
      {open?.what === "edit" && <RoleDialog role={role} onClose={close} />}
      {open?.what === "look" && role && <LookDialog role={role} onClose={close} />}
      {open?.what === "remove" && role && <RemoveDialog role={role} onClose={close} />}
    </>
  );
}

function LookDialog({ role, onClose }: { role: Role; onClose: () => void }) {
  const { all } = useGivable();
  return (
    <Dialog wide title={`What ${role.name} may`} onClose={onClose}>
      <RightsGrid all={all} chosen={role.permissions} label={`What ${role.name} may`} />
      {role.isBuiltIn && <p className="quiet">It is the same in every organization, and never changes. Make a role of your own for something between.</p>}
      <footer>
        <Button look="primary" onClick={onClose}>
          Close
        </Button>
      </footer>
    </Dialog>
  );
}

function RoleDialog({ role, onClose }: { role: Role | undefined; onClose: () => void }) {
  const { all, mine } = useGivable();
  const [name, setName] = useState(role?.name ?? "");
  const [permissions, setPermissions] = useState<string[]>(role?.permissions ?? []);
  const save = useOrder(
    () => {
      const body = { name: name.trim(), permissions };
      return role ? api.put("/v1/organization/roles/{id}", { params: { path: { id: role.id } }, body }) : api.post("/v1/organization/roles", { body });
    },
    role ? "The role is changed for all who hold it" : "The role is made",
    onClose,
  );
  return (
    <OrderDialog
      wide
      title={role ? "Change this role" : "New role"}
      verb={role ? "Change it" : "Make the role"}
      busy={save.isPending}
      error={save.error}
      disabled={name.trim() === "" || permissions.length === 0}
      onOrder={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <Field label="Name" isRequired>
        {(control) => <input {...control} className="input" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <RightsGrid all={all} mine={mine} chosen={permissions} onChange={setPermissions} label="What its holders may" />
      <p className="quiet small">{permissions.length} permissions. Nobody gives what they do not have themselves: such boxes cannot be ticked.</p>
    </OrderDialog>
  );
}

function RemoveDialog({ role, onClose }: { role: Role; onClose: () => void }) {
  const remove = useOrder(() => api.delete("/v1/organization/roles/{id}", { params: { path: { id: role.id } } }), "The role is removed", onClose);
  return (
    <OrderDialog title="Remove this role" verb="Remove" look="danger" busy={remove.isPending} error={remove.error} disabled={role.members > 0} onOrder={() => remove.mutate(undefined)} onClose={onClose}>
      <p>
        {role.members > 0
          ? `${role.members.toLocaleString()} ${role.members === 1 ? "member has" : "members have"} it: give them another one first.`
          : "Nobody has it. Invitations that name it are refused when they are accepted."}
      </p>
    </OrderDialog>
  );
}
