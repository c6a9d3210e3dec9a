import type { ReactNode } from "react";
import { Wide } from "./Wide";

/** Rows under heads. Where a row can be acted upon, the last column is for that, and says so to those who do not see it. */
export function Table({ heads, hasActions, children }: { heads: string[]; hasActions?: boolean; children: ReactNode }) {
  return (
    <Wide>
      <table className="table">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
            {hasActions && (
              <th scope="col">
                <span className="visually-hidden">What can be done</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Wide>
  );
}
