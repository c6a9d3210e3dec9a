import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "../api/client";
import { chooseOrganization } from "../api/session";
import { Button } from "../common/Button";
import { Copy } from "../common/Copy";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { ProblemNote } from "../common/ProblemNote";
import { useOrder } from "../common/useOrder";
import { useMay, useWhoami } from "../frame/whoami";

/** The name, what is wanted of drafts and events, the founding of another one, and the way out. */
export function OrganizationSettings() {
  const { data: who } = useWhoami();
  const organization = who?.organization;
  const operates = who?.kind === "admin";
  return (
    <div className="settings">
      {organization && (
        <section className="setting" aria-label="Name">
          <div className="stack">
            <h2>Name</h2>
            <p className="quiet row">
              <code>{organization.id}</code>
              <Copy text={organization.id} what="the organization's id" />
              {organization.foundedAt && (
                <>
                  founded <Instant at={organization.foundedAt} />
                </>
              )}
            </p>
          </div>
          <NameForm key={organization.id} id={organization.id} name={organization.name} />
        </section>
      )}
      <Drafts />
      <Events />
      {operates && <Founding />}
      {who?.kind === "user" && <Leaving />}
    </div>
  );
}

function NameForm({ id, name }: { id: string; name: string }) {
  const may = useMay("organization:manage");
  const [value, setValue] = useState(name);
  const save = useOrder(() => api.put("/v1/organizations/{id}", { params: { path: { id } }, body: { name: value.trim() } }), "Renamed");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Field label="Name of the organization">{(control) => <input {...control} className="input" maxLength={100} required disabled={!may} value={value} onChange={(event) => setValue(event.target.value)} />}</Field>
      {save.isError && <ProblemNote error={save.error} />}
      {may && (
        <div className="row">
          <Button type="submit" look="primary" busy={save.isPending} disabled={value.trim() === "" || value.trim() === name}>
            Rename
          </Button>
        </div>
      )}
    </form>
  );
}

function Drafts() {
  const may = useMay("organization:manage");
  const policy = useQuery({ queryKey: ["publication-policy"], queryFn: () => api.get("/v1/organization/publication-policy") });
  const set = useOrder((reviewRequired: boolean) => api.put("/v1/organization/publication-policy", { body: { reviewRequired } }), "It holds from the next publication on");
  return (
    <Choice
      title="Drafts"
      text="Whether somebody else has to approve a draft before it goes live. Whoever edited it last, or asks for the review, cannot approve it."
      label="A draft needs the approval of somebody else"
      query={policy}
      value={policy.data?.reviewRequired}
      may={may}
      order={set}
    />
  );
}

function Events() {
  const may = useMay("events:manage");
  const policy = useQuery({ queryKey: ["event-policy"], queryFn: () => api.get("/v1/organization/event-policy") });
  const set = useOrder((definitionsRequired: boolean) => api.put("/v1/organization/event-policy", { body: { definitionsRequired } }), "It holds from the next event on");
  return (
    <Choice
      title="Events"
      text="Whether events are published only under an active definition, which says what they hold. What runs emit is not held against any."
      label="Events need a definition"
      query={policy}
      value={policy.data?.definitionsRequired}
      may={may}
      order={set}
    />
  );
}

type ChoiceProps = {
  title: string;
  text: string;
  label: string;
  query: { isError: boolean; error: unknown; refetch: () => unknown };
  value: boolean | undefined;
  may: boolean;
  order: { isPending: boolean; isError: boolean; error: unknown; mutate: (on: boolean) => void };
};

function Choice({ title, text, label, query, value, may, order }: ChoiceProps) {
  return (
    <section className="setting" aria-label={title}>
      <div className="stack">
        <h2>{title}</h2>
        <p className="quiet">{text}</p>
      </div>
      <div className="stack">
        {query.isError && <ProblemNote error={query.error} onRetry={() => query.refetch()} />}
        {value !== undefined && (
          <label className="row">
            <input type="checkbox" checked={value} disabled={!may || order.isPending} onChange={(event) => order.mutate(event.target.checked)} />
            {label}
          </label>
        )}
        {order.isError && <ProblemNote error={order.error} />}
      </div>
    </section>
  );
}

function Founding() {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const found = useOrder(
    () => api.post("/v1/organizations", { body: { name: name.trim() } }),
    "The organization is founded. Nobody belongs to it yet: invite somebody.",
    ({ id }) => {
      chooseOrganization(id);
      queries.clear();
      void navigate({ to: "/members", search: {} });
    },
  );
  return (
    <section className="setting" aria-label="Another organization">
      <div className="stack">
        <h2>Another organization</h2>
        <p className="quiet">Whoever holds the admin key founds organizations. Each has its own members, workflows, wallets and ledger; none sees another.</p>
      </div>
      <div>
        <Button onClick={() => setOpen(true)}>Found an organization</Button>
      </div>
      {isOpen && (
        <OrderDialog title="Found an organization" verb="Found it" busy={found.isPending} error={found.error} disabled={name.trim() === ""} onOrder={() => found.mutate(undefined)} onClose={() => setOpen(false)}>
          <Field label="Name" isRequired>
            {(control) => <input {...control} className="input" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
          </Field>
        </OrderDialog>
      )}
    </section>
  );
}

function Leaving() {
  const [isOpen, setOpen] = useState(false);
  const queries = useQueryClient();
  const leave = useOrder(
    () => api.post("/v1/organization/leave"),
    "You do not belong to it any more",
    () => {
      chooseOrganization(undefined);
      queries.clear();
    },
  );
  return (
    <section className="setting" aria-label="Leaving">
      <div className="stack">
        <h2>Leaving</h2>
        <p className="quiet">Your keys and invitations open nothing here any more. The last owner stays.</p>
      </div>
      <div>
        <Button look="danger" onClick={() => setOpen(true)}>
          Leave this organization
        </Button>
      </div>
      {isOpen && (
        <OrderDialog title="Leave this organization" verb="Leave" look="danger" busy={leave.isPending} error={leave.error} onOrder={() => leave.mutate(undefined)} onClose={() => setOpen(false)}>
          <p>Somebody has to invite you to come back.</p>
        </OrderDialog>
      )}
    </section>
  );
}
