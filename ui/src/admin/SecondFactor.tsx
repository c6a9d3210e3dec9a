import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { Command, Copy } from "../common/Copy";
import { Dialog, OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { ProblemNote } from "../common/ProblemNote";
import { useOrder } from "../common/useOrder";
import { QrCode } from "./QrCode";

/** An authenticator: set up with a code for the camera, confirmed by what it shows, given up with both factors. */
export function SecondFactor() {
  const [open, setOpen] = useState<"enrol" | "remove">();
  return (
    <section className="setting" aria-label="Second factor">
      <div className="stack">
        <h2>Second factor</h2>
        <p className="quiet">A code of an authenticator besides the password. Whoever loses both the authenticator and the recovery codes cannot be helped by a reset.</p>
      </div>
      <div className="row">
        <Button onClick={() => setOpen("enrol")}>Set an authenticator up</Button>
        <Button look="danger" onClick={() => setOpen("remove")}>
          Give it up
        </Button>
      </div>
      {open === "enrol" && <EnrolDialog onClose={() => setOpen(undefined)} />}
      {open === "remove" && <RemoveDialog onClose={() => setOpen(undefined)} />}
    </section>
  );
}

function EnrolDialog({ onClose }: { onClose: () => void }) {
  const [code, setCode] = useState("");
  // The secret is in this window and nowhere else: it is not kept with what was read.
  const enrol = useMutation({ mutationFn: () => api.post("/v1/auth/totp", {}), gcTime: 0 });
  const confirm = useOrder(() => api.post("/v1/auth/totp/confirm", { body: { code: code.trim() } }), "The authenticator is asked for from now on");
  if (confirm.data) return <RecoveryCodes codes={confirm.data.recoveryCodes} onClose={onClose} />;
  if (!enrol.data) {
    return (
      <OrderDialog title="Set an authenticator up" verb="Begin" busy={enrol.isPending} error={enrol.error} onOrder={() => enrol.mutate()} onClose={onClose}>
        <p>You need an app that makes codes by time (TOTP). A secret is made and shown once; it counts when you have given a code of it.</p>
      </OrderDialog>
    );
  }
  const { otpauthUri, secret } = enrol.data;
  return (
    <OrderDialog title="Set an authenticator up" verb="Confirm" busy={confirm.isPending} error={confirm.error} disabled={code.trim() === ""} onOrder={() => confirm.mutate(undefined)} onClose={onClose}>
      <p>Let the app read this, or type the secret in:</p>
      <div className="row">
        <QrCode text={otpauthUri} label="The secret for an authenticator, as a QR code" />
      </div>
      <Command>{secret}</Command>
      <Field label="The code that it shows" isRequired>
        {(control) => <input {...control} className="input code" inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}

function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  return (
    <Dialog title="The recovery codes" onClose={onClose}>
      <p>Each opens the door once when the authenticator is lost. They are shown this once: keep them where the authenticator is not.</p>
      <ul className="recovery">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <footer>
        <Copy text={codes.join("\n")} what="the recovery codes" />
        <Button look="primary" onClick={onClose}>
          I have them
        </Button>
      </footer>
    </Dialog>
  );
}

function RemoveDialog({ onClose }: { onClose: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const remove = useOrder(() => api.post("/v1/auth/totp/remove", { body: { password, ...(code.trim() && { code: code.trim() }) } }), "The password alone is enough now", onClose);
  return (
    <OrderDialog title="Give the second factor up" verb="Give it up" look="danger" busy={remove.isPending} error={null} disabled={password === ""} onOrder={() => remove.mutate(undefined)} onClose={onClose}>
      <p>Both factors are asked for once more. From then on the password alone is enough.</p>
      <Field label="Password" isRequired>
        {(control) => <input {...control} className="input" type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      <Field label="Code of the authenticator" hint="Or a recovery code.">
        {(control) => <input {...control} className="input" autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value)} />}
      </Field>
      {remove.isError && <ProblemNote error={remove.error} />}
    </OrderDialog>
  );
}
