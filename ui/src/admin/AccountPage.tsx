import "./admin.css";
import { useState, type FormEvent } from "react";
import { api } from "../api/client";
import { signedIn, useSession } from "../api/session";
import { Button } from "../common/Button";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { ProblemNote } from "../common/ProblemNote";
import { useOrder } from "../common/useOrder";
import { Page } from "../frame/Page";
import { SecondFactor } from "./SecondFactor";
import { Sessions } from "./Sessions";

/** One's own account: the password, the second factor, and where one is signed in. */
export function AccountPage() {
  const session = useSession();
  if (session?.kind !== "person") {
    return (
      <Page title="Your account">
        <section className="panel">
          <Empty title="You are here with a key">
            <p>A key has no password, no second factor and no sessions. Sign in with an e-mail address to see yours; keys are made and revoked under “Keys and service accounts”.</p>
          </Empty>
        </section>
      </Page>
    );
  }
  return (
    <Page title="Your account" lead="It is yours in every organization to which you belong.">
      <section className="panel settings" aria-label="Your account">
        <Password />
        <SecondFactor />
      </section>
      <Sessions />
    </Page>
  );
}

function Password() {
  const [given, setGiven] = useState({ currentPassword: "", newPassword: "", again: "", code: "" });
  const change = useOrder(
    () => {
      const { currentPassword, newPassword, code } = given;
      return api.post("/v1/auth/password", { body: { currentPassword, newPassword, ...(code.trim() && { code: code.trim() }) } });
    },
    "The password is another one. Every other session is over.",
    (tokens) => {
      setGiven({ currentPassword: "", newPassword: "", again: "", code: "" });
      signedIn({ kind: "person", tokens });
    },
  );
  const set = (name: keyof typeof given) => (event: { target: { value: string } }) => setGiven({ ...given, [name]: event.target.value });
  const isOther = given.again !== "" && given.again !== given.newPassword;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isOther) change.mutate(undefined);
  };
  return (
    <section className="setting" aria-label="Password">
      <div className="stack">
        <h2>Password</h2>
        <p className="quiet">Another password ends every session; this one goes on.</p>
      </div>
      <form className="stack" onSubmit={submit}>
        <Field label="The password of before">{(control) => <input {...control} className="input" type="password" autoComplete="current-password" required value={given.currentPassword} onChange={set("currentPassword")} />}</Field>
        <Field label="The one from now on" hint="12 characters at least, without your e-mail address.">
          {(control) => <input {...control} className="input" type="password" autoComplete="new-password" minLength={12} required value={given.newPassword} onChange={set("newPassword")} />}
        </Field>
        <Field label="Once more" faults={isOther ? ["This is another one."] : []}>
          {(control) => <input {...control} className="input" type="password" autoComplete="new-password" required value={given.again} onChange={set("again")} />}
        </Field>
        <Field label="Code of the authenticator" hint="Or a recovery code, where you use a second factor.">
          {(control) => <input {...control} className="input" autoComplete="one-time-code" value={given.code} onChange={set("code")} />}
        </Field>
        {change.isError && <ProblemNote error={change.error} />}
        <div>
          <Button type="submit" look="primary" busy={change.isPending}>
            Change the password
          </Button>
        </div>
      </form>
    </section>
  );
}
