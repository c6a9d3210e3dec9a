import { Activity, ArrowLeftRight, BookOpen, Boxes, Bug, CircleAlert, CircleQuestionMark, Coins, Database, Download, FileCheck, HeartPulse, Inbox, KeyRound, Layers, LayoutTemplate, type LucideIcon, MessagesSquare, Package, PanelsTopLeft, Play, Plug, ScrollText, Search, Settings, ShieldCheck, Terminal, Users, Wallet, Webhook, Workflow, Zap } from "lucide-react";

export type Place = { to: string; label: string; icon: LucideIcon; permission?: string; onPhone?: boolean };

/** Where one can go, in the groups of the side bar. */
export const PLACES: [group: string, places: Place[]][] = [
  [
    "",
    [
      { to: "/runs", label: "Runs", icon: Play, permission: "runs:read", onPhone: true },
      { to: "/tasks", label: "Tasks", icon: Inbox, permission: "tasks:read", onPhone: true },
      { to: "/workflows", label: "Workflows", icon: Workflow, permission: "workflows:read", onPhone: true },
      { to: "/templates", label: "Templates", icon: LayoutTemplate, permission: "templates:read" },
      { to: "/blocks", label: "Blocks", icon: Boxes, permission: "templates:read" },
      { to: "/search", label: "Search", icon: Search, permission: "workflows:read" },
      { to: "/assistant", label: "Assistant", icon: MessagesSquare },
    ],
  ],
  [
    "Money",
    [
      { to: "/wallets", label: "Wallets", icon: Wallet, permission: "wallets:read" },
      { to: "/transactions", label: "Transactions", icon: ArrowLeftRight, permission: "wallets:read" },
      { to: "/policies", label: "Policies", icon: ShieldCheck, permission: "policies:read" },
    ],
  ],
  [
    "Observe",
    [
      { to: "/activity", label: "Activity", icon: Activity, permission: "runs:read", onPhone: true },
      { to: "/failures", label: "Failures", icon: Bug, permission: "runs:read" },
      { to: "/health", label: "Triggers and chains", icon: HeartPulse, permission: "workflows:read" },
      { to: "/events", label: "Events", icon: Zap, permission: "events:read" },
      { to: "/hooks", label: "Hooks", icon: Webhook, permission: "events:read" },
      { to: "/dead-letters", label: "Dead letters", icon: CircleAlert, permission: "events:read" },
      { to: "/projections", label: "Projections", icon: Layers, permission: "installation:manage" },
      { to: "/usage", label: "Usage", icon: Coins, permission: "usage:read" },
      { to: "/exports", label: "Exports", icon: Download, permission: "runs:read" },
    ],
  ],
  [
    "Data",
    [
      { to: "/tables", label: "Tables", icon: Database, permission: "data:read" },
      { to: "/query", label: "Query", icon: Terminal, permission: "data:read" },
      { to: "/schemas", label: "Schemas", icon: FileCheck, permission: "schemas:read" },
      { to: "/storage", label: "Storage", icon: Package, permission: "storage:read" },
      { to: "/knowledge", label: "Knowledge", icon: BookOpen, permission: "data:read" },
    ],
  ],
  [
    "Organization",
    [
      { to: "/members", label: "Members and roles", icon: Users, permission: "organization:read" },
      { to: "/keys", label: "Keys", icon: KeyRound, permission: "keys:read" },
      { to: "/connectors", label: "Connectors", icon: Plug, permission: "connectors:read" },
      { to: "/settings", label: "Settings", icon: Settings, permission: "organization:read" },
      { to: "/interfaces", label: "Interfaces", icon: PanelsTopLeft, permission: "interfaces:read" },
      { to: "/audit", label: "Audit log", icon: ScrollText, permission: "audit:read" },
      { to: "/help", label: "Help", icon: CircleQuestionMark },
    ],
  ],
];
