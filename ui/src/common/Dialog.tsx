import { useEffect, useId, useRef, type FormEvent, type ReactNode } from "react";
import { Button } from "./Button";
import { ProblemNote } from "./ProblemNote";

type Props = {
  title: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
};

/** A window over the page. It is the browser's own, which keeps the focus inside and gives it back. */
export function Dialog({ title, onClose, children, wide = false }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const label = useId();
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      className={wide ? "dialog wide" : "dialog"}
      aria-labelledby={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div>
        <h2 id={label}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

type OrderProps = {
  title: string;
  /** What the order does, on its button. */
  verb: string;
  look?: "primary" | "danger";
  busy: boolean;
  error: unknown;
  disabled?: boolean;
  wide?: boolean;
  onOrder: () => void;
  onClose: () => void;
  children: ReactNode;
};

/** A window that gives an order: what it does, its refusal, and a way back. */
export function OrderDialog(props: OrderProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onOrder();
  };
  return (
    <Dialog title={props.title} onClose={props.onClose} wide={props.wide ?? false}>
      <form className="stack" onSubmit={submit}>
        {props.children}
        {props.error !== null && props.error !== undefined && <ProblemNote error={props.error} />}
        <footer>
          <Button onClick={props.onClose}>Back</Button>
          <Button type="submit" look={props.look ?? "primary"} busy={props.busy} disabled={props.disabled}>
            {props.verb}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
