/** Permissions are a resource and a right: `workflows:publish`. */
const RIGHTS = ["read", "write", "run", "publish", "approve", "manage"] as const;

type Row = { resource: string; rights: Set<string> };

/** The permissions that there are, as rows of resources, in the order in which they come. */
export function rowsOf(permissions: readonly string[]): Row[] {
  const rows = new Map<string, Set<string>>();
  for (const permission of permissions) {
    const [resource = "", right = ""] = permission.split(":");
    rows.set(resource, (rows.get(resource) ?? new Set()).add(right));
  }
  return [...rows].map(([resource, rights]) => ({ resource, rights }));
}

/** The columns that are needed: the usual ones in their order, then what else there is. */
export function columnsOf(rows: Row[]): string[] {
  const all = new Set(rows.flatMap(({ rights }) => [...rights]));
  return [...RIGHTS.filter((right) => all.has(right)), ...[...all].filter((right) => !(RIGHTS as readonly string[]).includes(right))];
}
