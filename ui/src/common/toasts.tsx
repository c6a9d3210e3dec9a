import { CircleCheck, CircleX, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { asProblem } from "../api/problem";
import { Button } from "./Button";
import { Theirs } from "./Theirs";

type Toast = { id: number; text: string; isBad: boolean };

let toasts: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();
const SHOWN_FOR = 6_000;

function set(next: Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function show(text: string, isBad: boolean): void {
  last += 1;
  const id = last;
  set([...toasts.slice(-3), { id, text, isBad }]);
  if (!isBad) setTimeout(() => dismiss(id), SHOWN_FOR);
}

function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

/** Says that something was done. */
export const done = (text: string): void => show(text, false);
/** Says that something was not done; it stays until it is put away. */
export const failed = (error: unknown): void => {
  const { message, details } = asProblem(error);
  show([message, ...details.map((detail) => detail.message)].join(" · "), true);
};

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={toast.isBad ? "note bad" : "note"}>
          {toast.isBad ? <CircleX size={16} className="tone-bad" aria-hidden /> : <CircleCheck size={16} className="tone-good" aria-hidden />}
          <div className="grow">
            <Theirs>{toast.text}</Theirs>
          </div>
          <Button look="plain" aria-label="Put away" icon={<X size={14} aria-hidden />} onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
