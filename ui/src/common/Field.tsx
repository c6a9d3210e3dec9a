import { useId, type ReactNode } from "react";

type Control = { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined };
type Props = {
  label: string;
  hint?: ReactNode;
  faults?: string[];
  isRequired?: boolean;
  children: (control: Control) => ReactNode;
};

/** A label, a control, what it is for, and what is wrong with it. */
export function Field({ label, hint, faults = [], isRequired = false, children }: Props) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", faults.length > 0 ? `${id}-fault` : ""].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>
        <bdi>{label}</bdi>
        {isRequired && (
          <span className="quiet" aria-hidden>
            {" "}
            · required
          </span>
        )}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": faults.length > 0 || undefined })}
      {hint && (
        <div className="hint theirs" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {faults.length > 0 && (
        <div className="fault" id={`${id}-fault`} role="alert">
          {faults.map((fault) => (
            <div key={fault} className="theirs">
              {fault}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
