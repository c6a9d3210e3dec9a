import type { ReactNode } from "react";

/** What something is, in a line: name above value. */
export function FactLine({ isPanel = true, children }: { isPanel?: boolean; children: ReactNode }) {
  return <dl className={isPanel ? "fact-line panel" : "fact-line"}>{children}</dl>;
}

type Props = { name: string; look?: string | undefined; children: ReactNode };

export function Fact({ name, look, children }: Props) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={look}>{children}</dd>
    </div>
  );
}
