import type { ReactNode } from "react";
import { Button } from "../common/Button";
import { Command } from "../common/Copy";
import { Dialog } from "../common/Dialog";

type Props = { title: string; secret: string | null | undefined; children: ReactNode; onClose: () => void };

/** A secret that is shown this once. */
export function Secret({ title, secret, children, onClose }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      {secret ? <Command>{secret}</Command> : <p>It was shown before, and is kept nowhere: make another one.</p>}
      <p className="quiet">It is shown this once and kept nowhere. Copy it now.</p>
      <footer>
        <Button look="primary" onClick={onClose}>
          I have it
        </Button>
      </footer>
    </Dialog>
  );
}
