import type { ReactNode } from "react";

/** Nothing is there yet: what would be, and how it comes to be. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
