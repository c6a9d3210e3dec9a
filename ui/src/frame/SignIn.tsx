import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api } from "../api/client";
import { asProblem } from "../api/problem";
import { signedIn, whyEnded } from "../api/session";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { ProblemNote } from "../common/ProblemNote";
import { Logo } from "./Logo";

type Way = "password" | "key" | "invitation";
const WAYS: [Way, string][] = [
  ["password", "Password"],
  ["key", "API key"],
  ["invitation", "Invitation"],
];

/** The door. */
export function SignIn() {
  const [way, setWay] = useState<Way>("password");
  const ended = whyEnded();
  return (
    <main className="door">
      <div className="door-card">
        <Logo />
        <h1>Sign in to Chainkeel</h1>
        {ended && (
          <p className="note wait" role="status">
            Your session ended: {ended.message}
          </p>
        )}
        <div className="tabs" role="group" aria-label="How to sign in">
          {WAYS.map(([name, label]) => (
            <button key={name} type="button" aria-pressed={way === name} data-state={way === name ? "active" : undefined} onClick={() => setWay(name)}>
              {label}
            </button>
          ))}
        </div>
        {way === "password" && <ByPassword />}
        {way === "key" && <ByKey />}
        {way === "invitation" && <ByInvitation />}
      </div>
    </main>
  );
}

function ByPassword() {
  const [given, setGiven] = useState({ email: "", password: "", code: "" });
  const [wantsCode, setWantsCode] = useState(false);
  const logIn = useMutation({
    mutationFn: () => {
      const { email, password, code } = given;
      return api.post("/v1/auth/login", { body: { email, password, ...(code && { code: code.trim() }) } });
    },
    onSuccess: (tokens) => signedIn({ kind: "person", tokens }),
    onError: (error) => {
      if (/factor|code/i.test(asProblem(error).message)) setWantsCode(true);
    },
  });
  const set = (name: keyof typeof given) => (event: { target: { value: string } }) => setGiven({ ...given, [name]: event.target.value });
  return (
    <form className="stack" onSubmit={submitting(() => logIn.mutate())}>
      <Field label="Email address">
        {(control) => <input {...control} className="input" type="email" autoComplete="username" required value={given.email} onChange={set("email")} />}
      </Field>
      <Field label="Password">
        {(control) => (
          <input {...control} className="input" type="password" autoComplete="current-password" required value={given.password} onChange={set("password")} />
        )}
      </Field>
      {wantsCode ? (
        <Field label="Code" hint="Six digits of your authenticator, or a recovery code.">
          {(control) => <input {...control} className="input" autoComplete="one-time-code" value={given.code} onChange={set("code")} />}
        </Field>
      ) : (
        <Button look="plain" className="start" onClick={() => setWantsCode(true)}>
          I have a second factor
        </Button>
      )}
      {logIn.isError && <ProblemNote error={logIn.error} />}
      <Button type="submit" look="primary" busy={logIn.isPending}>
        Sign in
      </Button>
    </form>
  );
}

function ByKey() {
  const [key, setKey] = useState("");
  const check = useMutation({
    mutationFn: async () => {
      await api.get("/v1/whoami", { headers: { Authorization: `Bearer ${key.trim()}` } });
    },
    onSuccess: () => signedIn({ kind: "key", key: key.trim() }),
  });
  return (
    <form className="stack" onSubmit={submitting(() => check.mutate())}>
      <Field label="Key" hint="An API key, or the admin key that the server showed when it first began. It is kept in this tab only.">
        {(control) => (
          <input {...control} className="input code" type="password" autoComplete="off" required value={key} onChange={(event) => setKey(event.target.value)} />
        )}
      </Field>
      {check.isError && <ProblemNote error={check.error} />}
      <Button type="submit" look="primary" busy={check.isPending}>
        Sign in
      </Button>
    </form>
  );
}

function ByInvitation() {
  const [given, setGiven] = useState({ invitation: "", name: "", password: "" });
  const register = useMutation({
    mutationFn: () => {
      const { invitation, name, password } = given;
      return api.post("/v1/auth/register", { body: { invitation: invitation.trim(), password, ...(name && { name }) } });
    },
    onSuccess: (tokens) => signedIn({ kind: "person", tokens }),
  });
  const set = (name: keyof typeof given) => (event: { target: { value: string } }) => setGiven({ ...given, [name]: event.target.value });
  return (
    <form className="stack" onSubmit={submitting(() => register.mutate())}>
      <Field label="Invitation" hint="The token that you were given; it begins with ck_inv_.">
        {(control) => <input {...control} className="input code" autoComplete="off" required value={given.invitation} onChange={set("invitation")} />}
      </Field>
      <Field label="Your name">
        {(control) => <input {...control} className="input" autoComplete="name" value={given.name} onChange={set("name")} />}
      </Field>
      <Field label="Password" hint="12 characters at least, without your email address.">
        {(control) => (
          <input {...control} className="input" type="password" autoComplete="new-password" minLength={12} required value={given.password} onChange={set("password")} />
        )}
      </Field>
      {register.isError && <ProblemNote error={register.error} />}
      <Button type="submit" look="primary" busy={register.isPending}>
        Create account
      </Button>
    </form>
  );
}

function submitting(order: () => void) {
  return (event: FormEvent) => {
    event.preventDefault();
    order();
  };
}
