import type { ReactNode } from "react";
import { Theirs } from "./Theirs";

/** What made a node fail, by its code and in its words, and what helps. */
export function FailureNote({ of, role, children }: { of: { code: string; message: string }; role?: "alert"; children?: ReactNode }) {
  return (
    <div className="note bad" role={role}>
      <div className="stack">
        <p>
          <code className="theirs">{of.code}</code> <Theirs>{of.message}</Theirs>
        </p>
        {children}
      </div>
    </div>
  );
}
