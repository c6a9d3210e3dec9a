import { ChevronDown, ChevronsUp, ChevronUp, Minus } from "lucide-react";

const LOOKS = {
  CRITICAL: { label: "Critical", tone: "bad", icon: ChevronsUp },
  HIGH: { label: "High", tone: "wait", icon: ChevronUp },
  MEDIUM: { label: "Medium", tone: "still", icon: Minus },
  LOW: { label: "Low", tone: "still", icon: ChevronDown },
} as const;

export function Priority({ of }: { of: string }) {
  const { label, tone, icon: Icon } = LOOKS[of as keyof typeof LOOKS] ?? LOOKS.MEDIUM;
  return (
    <span className={`status tone-${tone}`} title={`${label} priority`}>
      <Icon size={16} aria-hidden />
      <span className="visually-hidden">{label} priority</span>
    </span>
  );
}
