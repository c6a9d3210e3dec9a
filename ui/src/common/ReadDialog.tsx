import type { ReactNode } from "react";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Loading } from "./Loading";
import { ProblemNote } from "./ProblemNote";

type Props<T> = { title: string; query: { data: T | undefined; error: unknown }; onClose: () => void; children: (data: T) => ReactNode };

/** A window that shows one thing, as soon as it is read. */
export function ReadDialog<T>({ title, query, onClose, children }: Props<T>) {
  const { data, error } = query;
  return (
    <Dialog wide title={title} onClose={onClose}>
      {data !== undefined ? children(data) : error ? <ProblemNote error={error} /> : <Loading lines={4} />}
      <footer>
        <Button look="primary" onClick={onClose}>
          Back
        </Button>
      </footer>
    </Dialog>
  );
}
