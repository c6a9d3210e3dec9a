import { Activity, CircleAlert, Inbox, KeyRound, Layers, LayoutTemplate, type LucideIcon, Play, Plug, ScrollText, Users, Workflow } from "lucide-react";

export type Place = { to: string; label: string; icon: LucideIcon; permission?: string; onPhone?: boolean };

/** Where one can go, in the groups of the side bar. */
export const PLACES: [group: string, places: Place[]][] = [
  [
    "",
    [
      { to: "/runs", label: "Runs", icon: Play, permission: "runs:read", onPhone: true },
      { to: "/tasks", label: "Tasks", icon: Inbox, permission: "tasks:read", onPhone: true },
      { to: "/workflows", label: "Workflows", icon: Workflow, permission: "workflows:read", onPhone: true },
    ],
  ],
  [
    "Observe",
    [
      { to: "/activity", label: "Activity", icon: Activity, permission: "runs:read", onPhone: true },
      { to: "/dead-letters", label: "Dead letters", icon: CircleAlert, permission: "events:read" },
      { to: "/projections", label: "Projections", icon: Layers, permission: "installation:manage" },
    ],
  ],
  [
    "Organization",
    [
      { to: "/members", label: "Members", icon: Users, permission: "organization:read" },
      { to: "/keys", label: "Keys", icon: KeyRound, permission: "keys:read" },
      { to: "/connectors", label: "Connectors", icon: Plug, permission: "connectors:read" },
      { to: "/interfaces", label: "Interfaces", icon: LayoutTemplate, permission: "interfaces:read" },
      { to: "/audit", label: "Audit log", icon: ScrollText, permission: "audit:read" },
    ],
  ],
];
