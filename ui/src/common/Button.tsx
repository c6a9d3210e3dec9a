import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode } from "react";

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: "primary" | "danger" | "plain" | undefined;
  icon?: ReactNode;
  /** The button does what it is for, and cannot be pressed again meanwhile. */
  busy?: boolean | undefined;
};

export function Button({ look, icon, busy = false, children, className, disabled, ...rest }: Props) {
  const names = ["button", look, children === undefined && "icon", className].filter(Boolean).join(" ");
  return (
    <button type="button" {...rest} className={names} disabled={disabled || busy} aria-busy={busy || undefined}>
      {busy ? <LoaderCircle size={16} className="spin" aria-hidden /> : icon}
      {children}
    </button>
  );
}
