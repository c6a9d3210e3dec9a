import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleUser, LogOut, UserCog } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { api } from "../api/client";
import { signedOut, useSession } from "../api/session";
import { Theirs } from "../common/Theirs";
import { useTheme, type Theme } from "./theme";
import { useWhoami } from "./whoami";

const THEMES: [Theme, string][] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

/** Who one is, how it looks, and the way out. */
export function AccountMenu() {
  const session = useSession();
  const { data: who } = useWhoami();
  const [theme, choose] = useTheme();
  const queries = useQueryClient();
  const leave = async () => {
    // Whoever leaves is out of this browser, whether or not the server hears of it.
    if (session?.kind === "person") await api.post("/v1/auth/logout", { body: {} }).catch(() => undefined);
    queries.clear();
    signedOut();
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button plain switcher">
        <CircleUser size={17} aria-hidden />
        <span className="grow">
          <Theirs clip>{who?.actor ?? "Account"}</Theirs>
        </span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" side="top" sideOffset={4}>
          <DropdownMenu.Label className="label">Colours</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={theme} onValueChange={(next) => choose(next as Theme)}>
            {THEMES.map(([name, label]) => (
              <DropdownMenu.RadioItem key={name} value={name}>
                <span className="grow">{label}</span>
                <DropdownMenu.ItemIndicator>✓</DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator />
          <DropdownMenu.Item asChild>
            <Link to="/account">
              <UserCog size={16} aria-hidden />
              Your account
            </Link>
          </DropdownMenu.Item>
          <DropdownMenu.Item onSelect={() => void leave()}>
            <LogOut size={16} aria-hidden />
            {session?.kind === "key" ? "Forget the key" : "Sign out"}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
