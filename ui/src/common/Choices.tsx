import type { ReactNode } from "react";

type Props<Name extends string> = { label: string; of: readonly (readonly [Name, ReactNode])[]; chosen: Name | undefined; onChoose: (name: Name) => void };

/** A few choices side by side, of which one holds, or none. */
export function Choices<Name extends string>({ label, of, chosen, onChoose }: Props<Name>) {
  return (
    <div className="row choices" role="group" aria-label={label}>
      {of.map(([name, said]) => (
        <button key={name} type="button" aria-pressed={chosen === name} onClick={() => onChoose(name)}>
          {said}
        </button>
      ))}
    </div>
  );
}
