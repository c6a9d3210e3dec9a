import { columnsOf, rowsOf } from "./rights";

type Props = {
  /** All permissions that there are. */
  all: readonly string[];
  chosen: readonly string[];
  /** What whoever looks may give; the rest is shown and stays as it is. */
  mine?: readonly string[] | undefined;
  onChange?: (next: string[]) => void;
  label: string;
};

/** Permissions as a grid: a row for each resource, a column for each right. Without `onChange` it only shows. */
export function RightsGrid({ all, chosen, mine, onChange, label }: Props) {
  const rows = rowsOf(all);
  const columns = columnsOf(rows);
  const isOn = (permission: string) => chosen.includes(permission);
  const may = (permission: string) => onChange !== undefined && (mine === undefined || mine.includes(permission));
  const set = (permissions: string[], on: boolean) => onChange?.(on ? [...new Set([...chosen, ...permissions])] : chosen.filter((one) => !permissions.includes(one)));
  return (
    <div className="table-wrap rights">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">On what</th>
            {columns.map((right) => (
              <th key={right} scope="col">
                {right}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ resource, rights }) => {
            const own = [...rights].map((right) => `${resource}:${right}`).filter(may);
            return (
              <tr key={resource}>
                <th scope="row">
                  {own.length > 1 ? (
                    <button type="button" className="plain-row" title={`All of ${resource}, or nothing`} onClick={() => set(own, !own.every(isOn))}>
                      {resource}
                    </button>
                  ) : (
                    resource
                  )}
                </th>
                {columns.map((right) => {
                  const permission = `${resource}:${right}`;
                  return (
                    <td key={right}>
                      {rights.has(right) && (
                        <input type="checkbox" aria-label={permission} title={may(permission) || !onChange ? permission : `${permission}: you do not have it yourself`} checked={isOn(permission)} disabled={!may(permission)} onChange={(event) => set([permission], event.target.checked)} />
                      )}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
