import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleX,
  Clock,
  Coins,
  Eye,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  Pause,
  Pencil,
  Play,
  Archive,
  SkipForward,
  TriangleAlert,
} from "lucide-react";

export type Tone = "good" | "bad" | "busy" | "wait" | "still";
type Look = { label: string; tone: Tone; icon: LucideIcon; spins?: boolean };

const LOOKS: Record<string, Look> = {
  pending: { label: "Pending", tone: "still", icon: CircleDashed },
  running: { label: "Running", tone: "busy", icon: LoaderCircle, spins: true },
  waiting: { label: "Waiting", tone: "wait", icon: Hourglass },
  scheduled: { label: "Scheduled", tone: "wait", icon: Clock },
  auto_swapping: { label: "Getting funds", tone: "wait", icon: Coins },
  success: { label: "Succeeded", tone: "good", icon: CircleCheck },
  failure: { label: "Failed", tone: "bad", icon: CircleX },
  skipped: { label: "Skipped", tone: "still", icon: SkipForward },
  not_played: { label: "Not played", tone: "still", icon: CircleDashed },
  cancelled: { label: "Cancelled", tone: "still", icon: Ban },
  begun: { label: "Began", tone: "busy", icon: Play },
  // Workflows.
  draft: { label: "Draft", tone: "still", icon: Pencil },
  active: { label: "Active", tone: "good", icon: Play },
  paused: { label: "Paused", tone: "wait", icon: Pause },
  archived: { label: "Archived", tone: "still", icon: Archive },
  live: { label: "Live", tone: "good", icon: CircleCheck },
  superseded: { label: "Superseded", tone: "still", icon: CircleDashed },
  // Tasks.
  created: { label: "Open", tone: "busy", icon: CircleDashed },
  assigned: { label: "Assigned", tone: "busy", icon: CircleDashed },
  in_progress: { label: "In progress", tone: "busy", icon: Hourglass },
  completed: { label: "Completed", tone: "good", icon: CircleCheck },
  rejected: { label: "Rejected", tone: "bad", icon: CircleX },
  expired: { label: "Expired", tone: "still", icon: Clock },
  // What the audit log says.
  allowed: { label: "Allowed", tone: "good", icon: CircleCheck },
  refused: { label: "Refused", tone: "bad", icon: CircleX },
  // Views and dead letters.
  building: { label: "Building", tone: "busy", icon: LoaderCircle, spins: true },
  rebuilding: { label: "Rebuilding", tone: "busy", icon: LoaderCircle, spins: true },
  parked: { label: "Parked", tone: "bad", icon: TriangleAlert },
  retired: { label: "Retired", tone: "still", icon: Archive },
  // Hooks, events, chains and their endpoints.
  enabled: { label: "Enabled", tone: "good", icon: CircleCheck },
  disabled: { label: "Disabled", tone: "wait", icon: Pause },
  retrying: { label: "To be tried again", tone: "wait", icon: Clock },
  deprecated: { label: "Deprecated", tone: "wait", icon: TriangleAlert },
  suspended: { label: "Suspended", tone: "wait", icon: Pause },
  failed: { label: "Failed", tone: "bad", icon: CircleX },
  abandoned: { label: "Given up", tone: "still", icon: Ban },
  held: { label: "Held", tone: "wait", icon: Hourglass },
  processed: { label: "Came", tone: "good", icon: CircleCheck },
  halted: { label: "Halted", tone: "bad", icon: TriangleAlert },
  following: { label: "Following", tone: "good", icon: CircleCheck },
  healthy: { label: "Healthy", tone: "good", icon: CircleCheck },
  checking: { label: "Checking", tone: "still", icon: CircleDashed },
  down: { label: "Down", tone: "bad", icon: CircleX },
  draining: { label: "Draining", tone: "wait", icon: Hourglass },
  set_aside: { label: "Set aside", tone: "wait", icon: TriangleAlert },
  discarded: { label: "Discarded", tone: "still", icon: Ban },
  // Transactions, signatures and payments.
  accepted: { label: "Taken up", tone: "busy", icon: CircleDashed },
  awaiting_approval: { label: "Needs approval", tone: "wait", icon: Hourglass },
  not_approved: { label: "Not approved", tone: "bad", icon: Clock },
  denied: { label: "Denied", tone: "bad", icon: Ban },
  awaiting_funds: { label: "Waits for money", tone: "wait", icon: Coins },
  simulation_failed: { label: "Would fail", tone: "bad", icon: CircleX },
  signing: { label: "Signing", tone: "busy", icon: LoaderCircle, spins: true },
  broadcast: { label: "Sent", tone: "busy", icon: LoaderCircle, spins: true },
  included: { label: "In a block", tone: "busy", icon: Hourglass },
  succeeded: { label: "Final", tone: "good", icon: CircleCheck },
  reverted: { label: "Reverted", tone: "bad", icon: CircleX },
  signed: { label: "Signed", tone: "good", icon: CircleCheck },
  settled: { label: "Settled", tone: "good", icon: CircleCheck },
  paid: { label: "Paid", tone: "good", icon: CircleCheck },
  lost: { label: "Paid for nothing", tone: "bad", icon: TriangleAlert },
  // Connectors.
  connected: { label: "Connected", tone: "good", icon: CircleCheck },
  failing: { label: "Failing", tone: "bad", icon: CircleX },
  allow: { label: "Allowed", tone: "good", icon: CircleCheck },
  needsApproval: { label: "Needs approval", tone: "wait", icon: Hourglass },
  deny: { label: "Denied", tone: "bad", icon: Ban },
  malformed: { label: "Malformed", tone: "bad", icon: CircleX },
  enforce: { label: "In force", tone: "good", icon: CircleCheck },
  monitor: { label: "Only watches", tone: "wait", icon: Eye },
  off: { label: "Off", tone: "still", icon: Ban },
};

/** How a status looks; one that is not known here is shown by its word. */
export function lookOf(status: string): Look {
  const label = status.replaceAll("_", " ");
  return LOOKS[status] ?? { label: label.charAt(0).toUpperCase() + label.slice(1), tone: "still", icon: CircleDashed };
}

export function Status({ of, pill = true, size = 14 }: { of: string; pill?: boolean; size?: number }) {
  const { label, tone, icon: Icon, spins } = lookOf(of);
  return (
    <span className={`status tone-${tone}${pill ? " pill" : ""}`}>
      <Icon size={size} className={spins ? "spin" : undefined} aria-hidden />
      {label}
    </span>
  );
}

/** Only the sign, with its word for screen readers. */
export function StatusSign({ of, size = 16 }: { of: string; size?: number }) {
  const { label, tone, icon: Icon, spins } = lookOf(of);
  return (
    <span className={`status tone-${tone}`} title={label}>
      <Icon size={size} className={spins ? "spin" : undefined} aria-hidden />
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
