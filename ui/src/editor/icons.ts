import { Bot, Box, ChartLine, Clock, Code, CreditCard, Database, FileText, GitBranch, Globe, Link, ListChecks, Mail, MessageSquare, Repeat, ShoppingCart, Webhook, Wrench, Zap, type LucideIcon } from "lucide-react";

const OF_TYPE: Record<string, LucideIcon> = { if: GitBranch, switch: GitBranch, "for-each": Repeat, wait: Clock, delay: Clock, schedule: Clock, cronjob: Clock, "manual-task": ListChecks, webhook: Webhook, "code-transform": Code };
const OF_CATEGORY: Record<string, LucideIcon> = {
  trigger: Zap,
  logic: GitBranch,
  utility: Wrench,
  "evm-onchain": Link,
  "blockchain-data": Database,
  "market-data": ChartLine,
  ai: Bot,
  commerce: ShoppingCart,
  development: Code,
  email: Mail,
  http: Globe,
  messaging: MessageSquare,
  payments: CreditCard,
  productivity: FileText,
};

/** The sign of a type of nodes. */
export function iconOf(type: string, category: string | undefined): LucideIcon {
  return OF_TYPE[type] ?? OF_CATEGORY[category ?? ""] ?? Box;
}
