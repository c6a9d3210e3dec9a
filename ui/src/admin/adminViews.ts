/** Which tab of a page of the admin is looked at; it stands in the address. */
type TabsOf<Name extends string> = readonly (readonly [Name, string])[];

export const MEMBER_TABS = [
  ["members", "Members"],
  ["invitations", "Invitations"],
  ["roles", "Roles"],
  ["users", "Users of the installation"],
] as const;
export const KEY_TABS = [
  ["keys", "API keys"],
  ["accounts", "Service accounts"],
  ["tokens", "Keys that sign tokens"],
] as const;
export const SETTING_TABS = [
  ["organization", "Organization"],
  ["retention", "Retention"],
  ["holds", "Legal holds"],
  ["subjects", "Personal data"],
] as const;

/** Reads the tab out of an address; the first one is meant where none stands there. */
function parser<Name extends string>(tabs: TabsOf<Name>) {
  return (search: Record<string, unknown>): { tab?: Name } => {
    const found = tabs.find(([name]) => name === search["tab"])?.[0];
    return found === undefined || found === tabs[0]?.[0] ? {} : { tab: found };
  };
}

export const parseMemberTab = parser(MEMBER_TABS);
export const parseKeyTab = parser(KEY_TABS);
export const parseSettingTab = parser(SETTING_TABS);

/** What of the audit log is looked at. */
export type AuditFilter = { actor?: string; action?: string; outcome?: string; address?: string; since?: string; until?: string };
export const AUDIT_FIELDS = ["actor", "action", "outcome", "address", "since", "until"] as const;

export function parseAuditFilter(search: Record<string, unknown>): AuditFilter {
  return Object.fromEntries(AUDIT_FIELDS.flatMap((name) => (typeof search[name] === "string" && search[name] !== "" ? [[name, search[name]]] : [])));
}

/** The provider to be connected, out of an address that leads to the form. */
export function parseConnect({ connect }: Record<string, unknown>): { connect?: string } {
  return typeof connect === "string" && /^[a-z0-9-]{1,60}$/.test(connect) ? { connect } : {};
}
